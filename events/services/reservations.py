"""Holds that an order has: from here on only the order gives them back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Hold
from events.services import holds, places, ticket_types
from events.services.holds import HoldBound, NoSuchHold
from events.services.places import Move, SoldOut


async def bind(session: AsyncSession, order: str, tokens: Collection[str], *, until: datetime) -> Sequence[Hold]:
    """Keep the places for the order. Twice is once; a hold that ran out is taken again if places are left.

    Raises NoSuchHold, HoldBound (another order has it), SoldOut.
    """
    found = await lock_all(session, tokens)
    if len(found) < len(set(tokens)):
        raise NoSuchHold
    if any(hold.order not in {None, order} and hold.state in {"bound", "converted"} for hold in found):
        raise HoldBound
    for hold in found:
        if hold.state == "released":
            await _take_again(session, hold)
        if hold.state != "converted":
            hold.state, hold.order, hold.until = "bound", order, until
    await session.flush()
    return found


async def release(session: AsyncSession, order: str) -> None:
    """The order was cancelled or ran out. Twice is once."""
    bound = select(Hold).where(Hold.order == order, Hold.state == "bound").order_by(Hold.id).with_for_update()
    await holds.release(session, (await session.scalars(bound)).all())


async def lock_all(session: AsyncSession, tokens: Collection[str]) -> Sequence[Hold]:
    """Locked in id order; answered by ticket type, the order in which counters are locked afterwards."""
    query = select(Hold).where(Hold.token.in_(set(tokens))).order_by(Hold.id).with_for_update()
    return sorted(await session.scalars(query), key=lambda hold: (hold.ticket_type_id, hold.id))


async def _take_again(session: AsyncSession, hold: Hold) -> None:
    ticket_type = await ticket_types.get_on_sale(session, hold.ticket_type_id)
    await holds.release_expired(session, ticket_type_id=hold.ticket_type_id)
    if not await places.move(session, {hold.ticket_type_id: Move(held=hold.quantity)}):
        await session.refresh(ticket_type)
        raise SoldOut.with_left(ticket_type.left, ticket_type.name)
