"""Other apps' things on the blog's pages: asked for together, and left out when they do not come in time.

What came is kept until the other app says that it has changed: a new post does not ask again for the same concerts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from shared.browser.app.redis_cacher import kept_value
from shared.config import AppName
from shared.containers import ContainerType
from shared.errors import DomainError
from shared.infrastructure import internal_api

# Seconds: a page of ours does not wait longer for what only decorates it.
PATIENCE = 0.3
# Of each kind, when something is searched for.
SHOWN = 6

# What the other app's pages with these cards are tagged with.
TAGS: dict[AppName, str] = {"events": "events", "market": "market:lists"}

Card = dict[str, Any]


class Cards(NamedTuple):
    entries: list[Card]
    products: list[Card]
    complete: bool


NOTHING = Cards([], [], complete=True)


async def on_front_page() -> Cards:
    return await _cards({"limit": 8})


async def of_page(page_id: int) -> Cards:
    return await _cards({"container_type": ContainerType.PAGE.value, "container_id": page_id, "limit": 6})


async def of_paths(paths: Mapping[AppName, Sequence[str]]) -> dict[AppName, dict[str, Card]]:
    """What each app has at these paths of its own; an app that does not answer is not among them."""
    asked = [(app, {"paths": ",".join(wanted)}) for app, wanted in paths.items()]
    found = await asyncio.gather(*(_kept(app, params) for app, params in asked))
    return {
        app: {card["path"]: card for card in cards}
        for (app, _), cards in zip(asked, found, strict=True)
        if cards is not None
    }


async def about(words: str) -> Cards:
    """What the shop and the calendar have of these words. Nobody asks for them again soon, so nothing is kept.

    One more than SHOWN tells that there are more.
    """
    params = {"q": words, "limit": SHOWN + 1}
    entries, products = await asyncio.gather(_ask("events", params), _ask("market", params))
    return Cards(entries or [], products or [], entries is not None and products is not None)


async def _cards(params: dict[str, Any]) -> Cards:
    entries, products = await asyncio.gather(_kept("events", params), _kept("market", params))
    return Cards(entries or [], products or [], entries is not None and products is not None)


async def _kept(app: AppName, params: dict[str, Any]) -> list[Card] | None:
    return await kept_value(f"cards:{app}:{sorted(params.items())}", lambda: _ask(app, params), tags=(TAGS[app],))


async def _ask(app: AppName, params: dict[str, Any]) -> list[Card] | None:
    try:
        found = await internal_api.get(app, f"/internal/{app}/cards", params=params, timeout=PATIENCE)
    except DomainError:
        return None
    cards: list[Card] = found["cards"]
    return cards
