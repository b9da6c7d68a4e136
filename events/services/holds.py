"""Places kept for a visitor for some minutes. Rows of holds are always locked before the counters of their types."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Hold, TicketType
from events.services import places, ticket_types
from events.services.places import Move, SoldOut
from shared.errors import Conflict, NotFound
from shared.utils import utcnow

BATCH = 500


@dataclass(frozen=True)
class Holder:
    """Whose basket it is: a member's or an anonymous visitor's."""

    user_id: int | None = None
    session_id: str | None = None


class NoSuchHold(NotFound):
    message = "These places are not kept for you."


class HoldGone(Conflict):
    message = "The time for these places has run out. Please choose them again."


class HoldBound(Conflict):
    message = "These places belong to an order that is being paid for."


class AlreadyExtended(Conflict):
    message = "The time for these places was already extended once."


class TooMany(Conflict):
    message = "That is more than one order may have."


async def place(session: AsyncSession, ticket_type_id: int, quantity: int, *, whose: Holder, until: datetime) -> Hold:
    """Raises SoldOut with the number left, TooMany, or why the type is not on sale."""
    ticket_type = await ticket_types.get_on_sale(session, ticket_type_id)
    await release_expired(session, ticket_type_id=ticket_type_id)
    await _refuse_more_than_allowed(session, ticket_type, quantity, whose)
    if not await places.move(session, {ticket_type_id: Move(held=quantity)}):
        raise await _sold_out(session, ticket_type_id)
    hold = Hold(
        ticket_type_id=ticket_type_id,
        quantity=quantity,
        user_id=whose.user_id,
        session_id=whose.session_id,
        until=until,
    )
    session.add(hold)
    await session.flush()
    return hold


async def change(session: AsyncSession, token: str, quantity: int) -> Hold:
    """More or fewer places in a basket line. Raises SoldOut, HoldGone, HoldBound, TooMany."""
    hold = await _get_running(session, token)
    ticket_type = await ticket_types.get(session, hold.ticket_type_id)
    if quantity > hold.quantity:
        if quantity > ticket_type.max_per_order:
            raise _too_many(ticket_type)
        await release_expired(session, ticket_type_id=ticket_type.id)
    if not await places.move(session, {hold.ticket_type_id: Move(held=quantity - hold.quantity)}):
        raise await _sold_out(session, hold.ticket_type_id)
    hold.quantity = quantity
    return hold


async def extend(session: AsyncSession, token: str, *, minutes: int) -> Hold:
    """Once, from where it would have ended: WCAG 2.2.1 wants a way to ask for more time.

    Raises AlreadyExtended, HoldGone.
    """
    hold = await _get_running(session, token)
    if hold.extended:
        raise AlreadyExtended
    hold.extended = True
    hold.until += timedelta(minutes=minutes)
    return hold


async def give_back(session: AsyncSession, token: str) -> None:
    """The visitor does not want them any more. Twice is once; raises HoldBound when an order has them."""
    hold = await _lock(session, token)
    if hold.state == "bound":
        raise HoldBound
    if hold.state == "active":
        await release(session, [hold])


async def list_by(session: AsyncSession, tokens: Sequence[str]) -> Sequence[Hold]:
    return (await session.scalars(select(Hold).where(Hold.token.in_(tokens)).order_by(Hold.id))).all()


async def release(session: AsyncSession, held: Iterable[Hold]) -> None:
    """Locked holds whose places are free again."""
    freed: Counter[int] = Counter()
    for hold in held:
        hold.state = "released"
        freed[hold.ticket_type_id] += hold.quantity
    await session.flush()
    await places.move(session, {type_id: Move(held=-quantity) for type_id, quantity in freed.items()})


async def release_expired(session: AsyncSession, *, ticket_type_id: int | None = None) -> int:
    """How many holds ran out. Rows that somebody else is just working on are left to them."""
    gone = select(Hold.id).where(Hold.state == "active", Hold.until < func.now())
    if ticket_type_id is not None:
        gone = gone.where(Hold.ticket_type_id == ticket_type_id)
    gone = gone.order_by(Hold.id).limit(BATCH).with_for_update(skip_locked=True)
    released = await session.execute(
        update(Hold)
        .where(Hold.id.in_(gone.scalar_subquery()))
        .values(state="released")
        .returning(Hold.ticket_type_id, Hold.quantity)
        .execution_options(synchronize_session=False)
    )
    rows = released.all()
    freed: Counter[int] = Counter()
    for type_id, quantity in rows:
        freed[type_id] += quantity
    await places.move(session, {type_id: Move(held=-quantity) for type_id, quantity in freed.items()})
    return len(rows)


async def _lock(session: AsyncSession, token: str) -> Hold:
    hold = await session.scalar(select(Hold).where(Hold.token == token).with_for_update())
    if hold is None:
        raise NoSuchHold
    return hold


async def _get_running(session: AsyncSession, token: str) -> Hold:
    hold = await _lock(session, token)
    if hold.state == "bound":
        raise HoldBound
    if hold.state != "active" or hold.until <= utcnow():
        raise HoldGone
    return hold


async def _refuse_more_than_allowed(
    session: AsyncSession, ticket_type: TicketType, quantity: int, whose: Holder
) -> None:
    mine = Hold.user_id == whose.user_id if whose.user_id is not None else Hold.session_id == whose.session_id
    running = Hold.state == "active", Hold.until > func.now(), Hold.ticket_type_id == ticket_type.id
    already = await session.scalar(select(func.coalesce(func.sum(Hold.quantity), 0)).where(mine, *running)) or 0
    if already + quantity > ticket_type.max_per_order:
        raise _too_many(ticket_type)


def _too_many(ticket_type: TicketType) -> TooMany:
    return TooMany(f"{ticket_type.name}: one order may have {ticket_type.max_per_order} places at most.")


async def _sold_out(session: AsyncSession, ticket_type_id: int) -> SoldOut:
    ticket_type = await ticket_types.get(session, ticket_type_id)
    await session.refresh(ticket_type)
    return SoldOut.with_left(ticket_type.left, ticket_type.name)
