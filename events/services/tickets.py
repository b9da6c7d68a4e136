"""From paid places to tickets, and back when the money goes back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from events.models import Entry, Hold, Ticket
from events.services import places, reservations, ticket_types
from events.services.places import Move
from shared.db.addresses import belongs_to
from shared.errors import NotFound
from shared.utils import utcnow


class NoSuchTicket(NotFound):
    message = "There is no such ticket. Please look at the link or the code again."


@dataclass(frozen=True)
class Buyer:
    email: str
    name: str = ""
    user_id: int | None = None


@dataclass(frozen=True)
class ByTime:
    """What is still to come, the next first; and what is over, the latest first."""

    coming: list[Ticket]
    past: list[Ticket]


@dataclass(frozen=True)
class Issued:
    """New tickets, and the holds for which there was no place any more."""

    tickets: list[Ticket]
    unavailable: list[str]


async def issue(session: AsyncSession, order: str, tokens: Collection[str], *, buyer: Buyer) -> Issued:
    """One ticket a place, once: holds that have their tickets already are passed over."""
    found = await reservations.lock_all(session, tokens)
    entries = await _entries(session, found)
    issued = Issued([], sorted(set(tokens) - {hold.token for hold in found}))
    for hold in found:
        if hold.state == "converted" and hold.order == order:
            continue
        if not await _sell(session, hold, order, cancelled=entries[hold.ticket_type_id].is_cancelled):
            issued.unavailable.append(hold.token)
            continue
        issued.tickets.extend(_write(hold, entries[hold.ticket_type_id], buyer))
    session.add_all(issued.tickets)
    await session.flush()
    return issued


async def void(session: AsyncSession, token: str, quantity: int) -> int:
    """Refunded: so many unused tickets of this hold are worth nothing now, and their places are free. How many."""
    query = (
        select(Ticket)
        .join(Hold, Hold.id == Ticket.hold_id)
        .where(Hold.token == token, Ticket.status == "valid")
        .order_by(Ticket.place.desc())
        .limit(quantity)
        .with_for_update(of=Ticket)
    )
    found = (await session.scalars(query)).all()
    for ticket in found:
        ticket.status = "void"
    if found:
        await session.flush()
        await places.move(session, {found[0].ticket_type_id: Move(sold=-len(found))})
    return len(found)


async def get_by_token(session: AsyncSession, token: str) -> Ticket:
    query = select(Ticket).where(Ticket.token == token).options(*_whole())
    found = await session.scalar(query)
    if found is None:
        raise NoSuchTicket
    return found


async def list_of_order(session: AsyncSession, order: str) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.order == order).order_by(Ticket.id).options(*_whole())
    return (await session.scalars(query)).all()


async def list_of_person(
    session: AsyncSession, *, email: str | None, user_id: int | None, limit: int = 100
) -> Sequence[Ticket]:
    """For the account page: what this member bought, or a guest with this address, the newest entry first."""
    mine = belongs_to(Ticket, user_id, Ticket.email == (email or "").lower())
    query = select(Ticket).join(Ticket.entry).where(mine, Ticket.status != "void").options(*_whole())
    return (await session.scalars(query.order_by(Entry.starts_at.desc(), Ticket.id).limit(limit))).all()


def by_time(found: Sequence[Ticket]) -> ByTime:
    """`found` as list_of_person gives it."""
    now = utcnow()
    coming = [ticket for ticket in reversed(found) if ticket.entry.ends_at > now]
    return ByTime(coming, [ticket for ticket in found if ticket.entry.ends_at <= now])


def _whole() -> list[Any]:
    return [joinedload(Ticket.entry).joinedload(Entry.calendar), joinedload(Ticket.ticket_type)]


async def _entries(session: AsyncSession, found: Sequence[Hold]) -> dict[int, Entry]:
    pairs = await ticket_types.list_with_entries(session, [hold.ticket_type_id for hold in found])
    return {ticket_type.id: entry for ticket_type, entry in pairs}


async def _sell(session: AsyncSession, hold: Hold, order: str, *, cancelled: bool) -> bool:
    """Held places become sold ones; places that were given back meanwhile are taken again if there are any."""
    if hold.order not in {None, order} and hold.state in {"bound", "converted"}:
        return False
    held = hold.quantity if hold.state in {"active", "bound"} else 0
    if cancelled:
        await places.move(session, {hold.ticket_type_id: Move(held=-held)})
        hold.state = "released"
        return False
    if not await places.move(session, {hold.ticket_type_id: Move(held=-held, sold=hold.quantity)}):
        return False
    hold.state, hold.order = "converted", order
    return True


def _write(hold: Hold, entry: Entry, buyer: Buyer) -> list[Ticket]:
    return [
        Ticket(
            ticket_type_id=hold.ticket_type_id,
            entry_id=entry.id,
            hold_id=hold.id,
            place=place,
            order=hold.order,
            email=buyer.email.lower(),
            name=buyer.name[:120],
            user_id=buyer.user_id,
        )
        for place in range(1, hold.quantity + 1)
    ]
