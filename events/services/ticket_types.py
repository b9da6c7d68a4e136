from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from events.models import Entry, TicketType
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.errors import Conflict, Invalid, NotFound
from shared.utils import utcnow


class NoSuchTicketType(NotFound):
    message = "There is no such ticket."


class NotOnSale(Conflict):
    message = "These tickets are not on sale."


class CapacityTaken(Invalid):
    message = "More places than that are already taken."


class TypeInUse(Conflict):
    message = "Somebody already has a place at this price, so it has to stay. Set the places to what is taken instead."


@dataclass(frozen=True)
class Offer:
    """What is said of a ticket type; `note`: for whom it is. Money in minor units, VAT in basis points."""

    name: str
    price: int
    capacity: int
    vat_rate: int = 0
    max_per_order: int = 10
    sale_from: datetime | None = None
    sale_until: datetime | None = None
    note: str = ""


async def get(session: AsyncSession, ticket_type_id: int) -> TicketType:
    found = await session.get(TicketType, ticket_type_id)
    if found is None:
        raise NoSuchTicketType
    return found


async def get_on_sale(session: AsyncSession, ticket_type_id: int) -> TicketType:
    """Raises NotOnSale with the reason: cancelled, over, not yet, or no more."""
    query = select(TicketType, Entry).join(Entry, Entry.id == TicketType.entry_id)
    row = (await session.execute(query.where(TicketType.id == ticket_type_id))).one_or_none()
    if row is None:
        raise NoSuchTicketType
    if reason := why_not_on_sale(row[0], row[1], utcnow()):
        raise NotOnSale(reason)
    ticket_type: TicketType = row[0]
    return ticket_type


async def require_of_entry(session: AsyncSession, entry_id: int, ids: Collection[int]) -> None:
    """Raises NoSuchTicketType when one of them is another entry's."""
    query = select(func.count()).where(TicketType.id.in_(ids), TicketType.entry_id == entry_id)
    if await session.scalar(query) != len(ids):
        raise NoSuchTicketType


def why_not_on_sale(ticket_type: TicketType, entry: Entry, now: datetime) -> str | None:
    if entry.status == "cancelled":
        return "This has been cancelled, so no places are given any more."
    if entry.status == "draft":
        return "This is not announced yet."
    if max(entry.starts_at, entry.ends_at) <= now:
        return "This is over."
    if ticket_type.sale_until is not None and ticket_type.sale_until <= now:
        return f"The sale of “{ticket_type.name}” has ended."
    if ticket_type.sale_from is not None and ticket_type.sale_from > now:
        return f"The sale of “{ticket_type.name}” has not begun yet."
    return None


async def add(session: AsyncSession, entry: Entry, offer: Offer, *, currency: str, position: int = 0) -> TicketType:
    found = TicketType(entry_id=entry.id, currency=currency, position=position, **asdict(offer))
    session.add(found)
    await session.flush()
    audit(session, "ticket_type.created", f"ticket_type:{found.id}", price=found.price, capacity=found.capacity)
    invalidate(session, f"entry:{entry.id}", "events")
    return found


async def change(session: AsyncSession, ticket_type_id: int, offer: Offer) -> TicketType:
    """Raises CapacityTaken, naming how many places are held or sold."""
    found = await _lock(session, ticket_type_id)
    if offer.capacity < found.taken:
        people = f"{found.sold} sold and {found.held} kept in baskets"
        raise CapacityTaken(f"There must be at least {found.taken} places: {people}.", field="capacity")
    changed = {"before": found.price, "price": offer.price, "capacity": offer.capacity}
    audit(session, _change_of(found, offer), f"ticket_type:{found.id}", **changed)
    for name, value in asdict(offer).items():
        setattr(found, name, value)
    invalidate(session, f"entry:{found.entry_id}", "events")
    return found


def _change_of(found: TicketType, offer: Offer) -> str:
    return "ticket_type.repriced" if found.price != offer.price else "ticket_type.changed"


async def remove(session: AsyncSession, ticket_type_id: int) -> TicketType:
    """Raises TypeInUse once a ticket was issued or is being bought."""
    found = await _lock(session, ticket_type_id)
    if found.taken:
        raise TypeInUse
    try:
        async with session.begin_nested():
            await session.execute(delete(TicketType).where(TicketType.id == ticket_type_id))
    except IntegrityError:
        raise TypeInUse from None
    audit(session, "ticket_type.removed", f"ticket_type:{ticket_type_id}")
    invalidate(session, f"entry:{found.entry_id}", "events")
    return found


async def list_with_entries(
    session: AsyncSession, ticket_type_ids: Sequence[int]
) -> Sequence[tuple[TicketType, Entry]]:
    """For lines in a basket or an order: what is sold, and of which entry."""
    query = select(TicketType, Entry).join(Entry, Entry.id == TicketType.entry_id).options(joinedload(Entry.calendar))
    rows = (await session.execute(query.where(TicketType.id.in_(ticket_type_ids)))).all()
    return [(row[0], row[1]) for row in rows]


async def _lock(session: AsyncSession, ticket_type_id: int) -> TicketType:
    found = await session.scalar(select(TicketType).where(TicketType.id == ticket_type_id).with_for_update())
    if found is None:
        raise NoSuchTicketType
    return found
