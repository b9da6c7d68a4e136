"""Other apps' things on the blog's pages: asked for together, and left out when they do not come in time."""

import asyncio
from typing import Any, NamedTuple

from shared.config import AppName
from shared.containers import ContainerType
from shared.errors import DomainError
from shared.infrastructure import internal_api

# Seconds: a page of ours does not wait longer for what only decorates it.
PATIENCE = 0.3

Card = dict[str, Any]


class Cards(NamedTuple):
    entries: list[Card]
    products: list[Card]
    complete: bool


async def on_front_page() -> Cards:
    return await _cards({"limit": 4})


async def of_page(page_id: int) -> Cards:
    return await _cards({"container_type": ContainerType.PAGE.value, "container_id": page_id, "limit": 6})


async def _cards(params: dict[str, Any]) -> Cards:
    entries, products = await asyncio.gather(_ask("events", params), _ask("market", params))
    return Cards(entries or [], products or [], entries is not None and products is not None)


async def _ask(app: AppName, params: dict[str, Any]) -> list[Card] | None:
    try:
        found = await internal_api.get(app, f"/internal/{app}/cards", params=params, timeout=PATIENCE)
    except DomainError:
        return None
    cards: list[Card] = found["cards"]
    return cards
