"""Entries from an iCalendar file: any program's, with series, all-day events and time zones of its own."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from events.services import calendars, imports
from events.services.calendars import CalendarWords
from rose.importers.summary import Summary
from shared.config import Settings
from shared.db.session import transaction
from shared.errors import DomainError
from shared.utils import slugify, utcnow

Progress = Callable[[int, int], None]


async def run(path: Path, settings: Settings, *, calendar: str, progress: Progress | None = None) -> Summary:
    """Into the calendar with this slug, which is made if there is none. Twice changes nothing."""
    summary = Summary()
    raw = await asyncio.to_thread(Path(path).read_bytes)
    slug = slugify(calendar) or "calendar"
    try:
        async with transaction() as session:
            found = await calendars.find_by_slug(session, slug)
            if found is None:
                name = slug.replace("-", " ").capitalize()
                found = await calendars.create(session, CalendarWords(name, slug))
            done = await imports.bring_in(session, found, raw, zone=settings.site.tz, now=utcnow())
    except DomainError as refused:
        summary.refuse(Path(path).name, refused.message)
        summary.read = 1
        return summary
    summary.created, summary.changed, summary.unchanged = done.created, done.changed, done.unchanged
    summary.refused = done.refused
    summary.read = done.created + done.changed + done.unchanged + len(done.refused)
    if progress:
        progress(summary.read, summary.read)
    return summary
