from typing import TypedDict

from quart import g

from shared.db.session import transaction
from shared.infrastructure.user_loader import start_visit


class CartIdentity(TypedDict):
    user_id: int | None
    session_id: str | None


def current_cart_identity() -> CartIdentity:
    """Whose basket: the member's, the anonymous visitor's, or (both None) nobody's yet."""
    return {
        "user_id": g.user.id if g.user else None,
        "session_id": g.visit.public_id if g.visit else None,
    }


async def ensure_session() -> CartIdentity:
    """The identity, beginning an anonymous session when there is none: only ever from a POST.

    In a transaction of its own, because the basket is filled through another app right after.
    """
    if g.visit is None:
        async with transaction() as session:
            await start_visit(session)
    return current_cart_identity()
