"""What administrators do with entries."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Entry
from events.services import calendars, entries, prose
from events.services.months import midnight
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.errors import Conflict, Invalid
from shared.models import Reach
from shared.models.grant import EVERYWHERE
from shared.utils import slugify


class EndsBeforeItBegins(Invalid):
    message = "It has to end after it begins."


class EntryInUse(Conflict):
    message = "Tickets were issued for this, so it has to stay. Cancel it instead."


@dataclass(frozen=True)
class Words:
    """An entry as an administrator gives it. Times are aware UTC; `zone` is where its days begin."""

    calendar_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    all_day: bool = False
    venue: str = ""
    summary: str = ""
    description: str = ""
    image_url: str | None = None
    illustration: str | None = None
    status: str = "draft"


async def create(session: AsyncSession, words: Words, *, weeks: int = 1, within: Reach = EVERYWHERE) -> list[Entry]:
    """One entry, or the same one `weeks` weeks running, at the same time by the clock on the wall.

    Raises EndsBeforeItBegins, NoSuchCalendar.
    """
    await calendars.get(session, words.calendar_id, within=within)
    uid = f"{uuid4()}@entries"
    found = [
        Entry(**_checked(later(words, week)), uid=uid, recurrence_id=_recurrence(words, week) if weeks > 1 else "")
        for week in range(weeks)
    ]
    session.add_all(found)
    await session.flush()
    for entry in found:
        audit(session, "entry.created", f"entry:{entry.id}", status=entry.status)
    invalidate(session, "events")
    return found


async def change(session: AsyncSession, entry_id: int, words: Words, *, within: Reach = EVERYWHERE) -> Entry:
    """Raises EndsBeforeItBegins, NoSuchEntry, NoSuchCalendar."""
    found = await entries.get_editable(session, entry_id, within=within)
    await calendars.get(session, words.calendar_id, within=within)
    before = found.status
    for name, value in _checked(words).items():
        setattr(found, name, value)
    await session.flush()
    # draft, published or cancelled: what it became is what one searches for.
    became = "changed" if found.status == before else {"draft": "withdrawn"}.get(found.status, found.status)
    audit(session, f"entry.{became}", f"entry:{entry_id}")
    invalidate(session, f"entry:{entry_id}", "events")
    return found


async def remove(session: AsyncSession, entry_id: int, *, within: Reach = EVERYWHERE) -> None:
    """Raises EntryInUse once somebody has a ticket or is buying one."""
    found = await entries.get_editable(session, entry_id, within=within)
    if any(kind.taken for kind in found.ticket_types):
        raise EntryInUse
    try:
        async with session.begin_nested():
            await session.execute(delete(Entry).where(Entry.id == entry_id))
    except IntegrityError:
        raise EntryInUse from None
    audit(session, "entry.removed", f"entry:{entry_id}")
    invalidate(session, f"entry:{entry_id}", "events")


def later(words: Words, weeks: int) -> Words:
    """So many weeks later at the same local time, also when the clocks change in between."""
    zone, ahead = ZoneInfo(words.zone), timedelta(weeks=weeks)
    moved = [
        (moment.astimezone(zone) + ahead).astimezone(ZoneInfo("UTC")) for moment in (words.starts_at, words.ends_at)
    ]
    return replace(words, starts_at=moved[0], ends_at=moved[1])


def whole_days(words: Words) -> Words:
    """From midnight to the midnight after the last day."""
    zone = ZoneInfo(words.zone)
    first, last = words.starts_at.astimezone(zone).date(), words.ends_at.astimezone(zone).date()
    return replace(words, starts_at=midnight(first, zone), ends_at=midnight(last + timedelta(days=1), zone))


def _checked(words: Words) -> dict[str, object]:
    if words.ends_at < words.starts_at:
        raise EndsBeforeItBegins(field="ends_at")
    given = whole_days(words) if words.all_day else words
    return asdict(given) | {"slug": slugify(given.title) or "entry", "description": prose.clean(given.description)}


def _recurrence(words: Words, week: int) -> str:
    return later(words, week).starts_at.strftime("%Y%m%dT%H%M%SZ")
