"""Entries out of a file into a calendar: made, changed, or left as they are."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry
from events.services import ical
from events.services.ical import Found
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.utils import slugify


@dataclass
class Imported:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


async def bring_in(session: AsyncSession, calendar: Calendar, raw: bytes, *, zone: ZoneInfo, now: datetime) -> Imported:
    """What is in the file and not in the calendar is made, what differs is changed. Nothing is taken away.

    Raises NotACalendar.
    """
    # Long rules take seconds to work out: not in the way of other requests.
    contents = await asyncio.to_thread(ical.read, raw, zone=zone, now=now)
    done = Imported(refused=contents.refused)
    wanted = {(one.uid, one.recurrence_id): one for one in contents.found}
    known = await _known(session, calendar, sorted({one.uid for one in wanted.values()}))
    for key, one in wanted.items():
        _apply(session, calendar, known.get(key), one, done)
    await session.flush()
    audit(session, "calendar.imported", f"calendar:{calendar.id}", created=done.created, changed=done.changed)
    if done.created or done.changed:
        invalidate(session, "events", *(f"entry:{entry.id}" for entry in _touched(known.values())))
    return done


async def _known(session: AsyncSession, calendar: Calendar, uids: Sequence[str]) -> dict[tuple[str, str], Entry]:
    query = select(Entry).where(Entry.calendar_id == calendar.id, Entry.uid.in_(uids))
    return {(entry.uid, entry.recurrence_id): entry for entry in await session.scalars(query)}


def _apply(session: AsyncSession, calendar: Calendar, entry: Entry | None, one: Found, done: Imported) -> None:
    values = asdict(one) | {"slug": slugify(one.title) or "entry"}
    if entry is None:
        session.add(Entry(calendar_id=calendar.id, source="ical", **values))
        done.created += 1
    elif any(getattr(entry, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(entry, name, value)
        done.changed += 1
    else:
        done.unchanged += 1


def _touched(known: Iterable[Entry]) -> list[Entry]:
    return list(known)[:500]
