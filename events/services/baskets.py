"""Two steps with two owners: places here, the line in cart. What cart does not take is given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from events.services import holds, lines, ticket_types
from events.services.holds import Holder
from events.services.lines import Line
from shared.config import Settings
from shared.db.session import transaction
from shared.errors import DomainError, Unavailable
from shared.infrastructure import internal_api
from shared.infrastructure.cart_identity import CartIdentity
from shared.utils import utcnow


class BasketAway(Unavailable):
    message = "The basket does not answer just now, so nothing was kept for you. Please try again in a moment."


class Filled(TypedDict):
    """The basket afterwards: how many things, and their sum in minor units."""

    count: int
    total: int


@dataclass(frozen=True)
class Added:
    """Places now in the basket, kept until then; `filled` is what cart says is in the basket altogether."""

    places: int
    until: datetime
    filled: Filled | None


async def add_places(entry_id: int, places: Mapping[int, int], *, whose: CartIdentity, settings: Settings) -> Added:
    """How many of which ticket type: all of them or none. Commits; run it shielded from a visitor who hangs up.

    Raises SoldOut, TooMany, NotOnSale, BasketAway.
    """
    kept, until = await _keep(entry_id, places, Holder(**whose), settings)
    filled: Filled | None = None
    for place, line in enumerate(kept):
        try:
            filled = await internal_api.post("cart", "/internal/cart/lines", json={"identity": whose, "line": line})
        except DomainError:
            await _give_back(kept[place:])
            raise BasketAway from None
    return Added(sum(places.values()), until, filled)


async def _keep(
    entry_id: int, places: Mapping[int, int], holder: Holder, settings: Settings
) -> tuple[list[Line], datetime]:
    until = utcnow() + timedelta(minutes=settings.holds.ticket_minutes)
    async with transaction() as session:
        await ticket_types.require_of_entry(session, entry_id, places)
        # In id order, as everywhere: two visitors with the same two types never wait for each other in a circle.
        held = [
            await holds.place(session, type_id, quantity, whose=holder, until=until)
            for type_id, quantity in sorted(places.items())
        ]
        kept = await lines.of_holds(session, held, settings)
    return kept, until


async def _give_back(kept: list[Line]) -> None:
    async with transaction() as session:
        for line in kept:
            await holds.give_back(session, line["hold_id"])
