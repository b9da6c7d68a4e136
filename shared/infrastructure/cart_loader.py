from typing import Any, TypedDict, cast

import structlog
from quart import current_app, g

from shared.errors import DomainError
from shared.infrastructure import internal_api
from shared.infrastructure.cart_identity import current_cart_identity

log = structlog.get_logger("basket")


class BasketSummary(TypedDict):
    count: int
    total: int
    currency: str


async def load_basket() -> BasketSummary | None:
    """For the header of every page. None = say nothing about it: no basket yet, or cart does not answer.

    Cart itself, which need not ask itself over HTTP, has a `basket_loader` among its extensions.
    """
    identity = {key: value for key, value in current_cart_identity().items() if value is not None}
    if not identity:
        return None
    try:
        found = await _ask(identity)
    except DomainError as error:
        log.info("basket not shown", reason=error.message)
        return None
    g.basket_count = found["count"]
    return found


async def _ask(identity: dict[str, Any]) -> BasketSummary:
    if own := current_app.extensions.get("basket_loader"):
        return cast("BasketSummary", await own())
    found: BasketSummary = await internal_api.get("cart", "/internal/cart/summary", params=identity, timeout=0.3)
    return found
