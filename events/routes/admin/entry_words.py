"""Between a form, where times are as on the wall clock, and an entry, where they are UTC."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.forms import SaveEntry
from events.models import Entry
from events.services.programme import Words
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.time import from_zone
from shared.editor.typed import as_typed

SAME = ("calendar_id", "title", "all_day", "venue", "summary", "description", "image_url", "illustration", "status")
USUAL_LENGTH = timedelta(hours=2)


def words_of(sent: SaveEntry) -> Words:
    zone = current_settings().site.tz
    starts_at = utc(sent.starts_at, zone)
    length = timedelta() if sent.all_day else USUAL_LENGTH
    ends_at = utc(sent.ends_at, zone) if sent.ends_at else starts_at + length
    same = {name: getattr(sent, name) for name in SAME}
    return Words(starts_at=starts_at, ends_at=ends_at, zone=zone.key, **same)


def values_of(entry: Entry) -> dict[str, Any]:
    zone = ZoneInfo(entry.zone) if entry.all_day else current_settings().site.tz
    # An all-day entry is shown with its last day, not with the midnight after it.
    last = entry.ends_at - timedelta(minutes=1) if entry.all_day else entry.ends_at
    return {
        **{name: getattr(entry, name) for name in SAME},
        "description": as_typed(entry.description),
        "starts_at": typed(entry.starts_at, zone),
        "ends_at": typed(last, zone),
        "weeks": 1,
    }


def typed(moment: datetime | None, zone: ZoneInfo) -> str:
    """As a `datetime-local` field wants it."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


def utc(given: datetime, zone: ZoneInfo) -> datetime:
    """A time with a zone of its own keeps it; one without is the site's."""
    return from_zone(given, zone) if given.tzinfo is None else given
