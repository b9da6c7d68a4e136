from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.containers import ContainerType
from shared.errors import Conflict, Invalid, NotFound
from shared.models import Reach
from shared.models.grant import EVERYWHERE

# Addresses directly below the app's root that are not calendars.
RESERVED = frozenset({"admin", "all", "calendars", "entries", "healthz", "internal", "month", "static", "tickets"})


class NoSuchCalendar(NotFound):
    message = "There is no such calendar."


class SlugTaken(Invalid):
    message = "Another calendar has this address already. Choose another one."


class SlugReserved(Invalid):
    message = "This address is used by the site itself. Choose another one."


class NotYourPage(Invalid):
    message = "The calendar cannot be moved to this page: you do not look after it."


class CalendarInUse(Conflict):
    message = "Tickets were issued in this calendar, so it has to stay."


@dataclass(frozen=True)
class CalendarWords:
    """What an administrator says about a calendar."""

    name: str
    slug: str
    description: str = ""
    colour: str = "rose"
    container_type: str = ContainerType.SITE
    container_id: int = 0


async def get_by_slug(session: AsyncSession, slug: str) -> Calendar:
    found = await find_by_slug(session, slug)
    if found is None:
        raise NoSuchCalendar
    return found


async def find_by_slug(session: AsyncSession, slug: str) -> Calendar | None:
    found: Calendar | None = await session.scalar(select(Calendar).where(Calendar.slug == slug))
    return found


async def get(session: AsyncSession, calendar_id: int, *, within: Reach = EVERYWHERE) -> Calendar:
    """Raises NoSuchCalendar, also for one beyond `within`."""
    found = await session.get(Calendar, calendar_id)
    if found is None or not within.covers(found):
        raise NoSuchCalendar
    return found


async def list_all(session: AsyncSession, *, within: Reach = EVERYWHERE) -> Sequence[Calendar]:
    query = select(Calendar).where(within.condition(Calendar)).order_by(Calendar.name)
    return (await session.scalars(query)).all()


def get_among(every: Sequence[Calendar], slug: str) -> Calendar:
    """Raises NoSuchCalendar."""
    found = next((calendar for calendar in every if calendar.slug == slug), None)
    if found is None:
        raise NoSuchCalendar
    return found


async def list_with_counts(session: AsyncSession, *, within: Reach) -> list[tuple[Calendar, int]]:
    counts = select(Entry.calendar_id, func.count().label("n")).group_by(Entry.calendar_id).subquery()
    query = select(Calendar, func.coalesce(counts.c.n, 0)).outerjoin(counts, counts.c.calendar_id == Calendar.id)
    query = query.where(within.condition(Calendar))
    return [(row[0], row[1]) for row in await session.execute(query.order_by(Calendar.name))]


async def create(session: AsyncSession, words: CalendarWords) -> Calendar:
    """Raises SlugTaken, SlugReserved."""
    return await _write(session, Calendar(), words)


async def change(session: AsyncSession, calendar_id: int, words: CalendarWords, *, within: Reach) -> Calendar:
    """Raises SlugTaken, SlugReserved, and NotYourPage for a container beyond `within`."""
    if not within.holds((words.container_type, words.container_id)):
        raise NotYourPage(field="container")
    return await _write(session, await get(session, calendar_id, within=within), words)


async def remove(session: AsyncSession, calendar_id: int) -> None:
    """With all its entries. Raises CalendarInUse once a ticket was issued."""
    await get(session, calendar_id)
    try:
        async with session.begin_nested():
            await session.execute(delete(Calendar).where(Calendar.id == calendar_id))
    except IntegrityError:
        raise CalendarInUse from None
    audit(session, "calendar.removed", f"calendar:{calendar_id}")
    invalidate(session, "events")


async def _write(session: AsyncSession, found: Calendar, words: CalendarWords) -> Calendar:
    if words.slug in RESERVED:
        raise SlugReserved(field="slug")
    try:
        # All of it inside: what waits for a flush would be written before the savepoint, and break the transaction.
        async with session.begin_nested():
            for name, value in asdict(words).items():
                setattr(found, name, value)
            session.add(found)
            await session.flush()
            audit(session, "calendar.saved", f"calendar:{found.id}")
    except IntegrityError:
        raise SlugTaken(field="slug") from None
    invalidate(session, "events")
    return found
