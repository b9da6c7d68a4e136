"""iCalendar (RFC 5545) out of entries. Times are UTC, all-day entries are dates: no reader can misread them."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from events.models import Entry
from events.services.listings import Told
from shared.config import Settings
from shared.utils import host_url


def write(found: Iterable[Entry | Told], settings: Settings, *, name: str) -> str:
    # Here, not above: only those who ask for a feed pay for it.
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.site.name}//Rose Ash//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.site.zone)
    calendar.add("refresh-interval", "PT1H", parameters={"VALUE": "DURATION"}, encode=False)
    for entry in found:
        calendar.add_component(_event(entry, settings))
    text: str = calendar.to_ical().decode()
    return text


def _event(entry: Entry | Told, settings: Settings) -> Any:
    from icalendar import Event

    event = Event()
    event.add("uid", _uid(entry))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("summary", entry.title)
    _add_times(event, entry)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("url", host_url(settings, "events", entry.path))
    for key, value in (("location", entry.venue), ("description", _plain(entry))):
        if value:
            event.add(key, value)
    return event


def _add_times(event: Any, entry: Entry | Told) -> None:
    start, end = entry.starts_at, entry.ends_at
    if entry.all_day:
        zone = ZoneInfo(entry.zone)
        event.add("dtstart", start.astimezone(zone).date())
        event.add("dtend", end.astimezone(zone).date())
        return
    event.add("dtstart", start)
    if end > start:
        event.add("dtend", end)


def _uid(entry: Entry | Told) -> str:
    # Every date of a series is an entry of its own here, so each needs a name of its own there.
    return f"{entry.recurrence_id}_{entry.uid}" if entry.recurrence_id else entry.uid


def _plain(entry: Entry | Told) -> str:
    text = re.sub(r"</(p|h\d|li|div)>|<br ?/?>", "\n", entry.description)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip() or entry.summary
