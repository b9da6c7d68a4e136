"""What a member has bought, asked of the apps that sold it."""

import asyncio
from typing import Any, NamedTuple

from shared.config import AppName
from shared.errors import DomainError
from shared.infrastructure import internal_api
from shared.models import User

Found = list[dict[str, Any]]


class Purchases(NamedTuple):
    """None = that app does not answer just now."""

    orders: Found | None
    tickets: Found | None


async def of_member(member: User) -> Purchases:
    params = {"user_id": member.id, "email": member.email}
    orders = _ask("cart", "orders", params)
    return Purchases(*await asyncio.gather(orders, _ask("events", "tickets", params)))


async def _ask(app: AppName, what: str, params: dict[str, Any]) -> Found | None:
    try:
        found = await internal_api.get(app, f"/internal/{app}/{what}", params=params, timeout=1.0)
    except DomainError:
        return None
    listed: Found = found[what] if isinstance(found, dict) else found
    return listed
