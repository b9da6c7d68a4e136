"""Putting a product into somebody's basket: market says what it is and what it costs, cart keeps the line."""

from typing import TypedDict

from market.services.answers import line
from market.services.offers import Offer, refuse_too_many
from shared.config import Settings
from shared.infrastructure import internal_api
from shared.infrastructure.cart_identity import CartIdentity


class Filled(TypedDict):
    """The basket afterwards: how many things, and their sum in minor units."""

    count: int
    total: int


async def add(identity: CartIdentity, offer: Offer, quantity: int, settings: Settings) -> Filled:
    """Raises NotEnough, what cart says, and Unavailable when cart does not answer. No transaction may be open."""
    refuse_too_many(offer, quantity)
    body = {"identity": identity, "line": line(offer, quantity, settings)}
    filled: Filled = await internal_api.post("cart", "/internal/cart/lines", json=body)
    return filled
