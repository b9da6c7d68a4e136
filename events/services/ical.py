"""Reading iCalendar (RFC 5545) as people's programs write it: what can be understood goes in, the rest says why not.

A series becomes one entry a date, because places are sold for a date: from 18 months back to 18 months ahead.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.services import prose
from shared.errors import Invalid

HORIZON = timedelta(days=550)
MOST_OF_A_SERIES = 1000
# What the database and people can both make sense of.
FIRST_YEAR, LAST_YEAR = 1900, 2200


# Evolution and Mozilla write /mozilla.org/20050126_1/Europe/Berlin for Europe/Berlin.
AREAS = rb"Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific"
GLOBAL_ZONE = re.compile(rb"(TZID[=:]\"?)/(?:[^/\r\n:;]+/)+?((?:" + AREAS + rb")/)")


class NotACalendar(Invalid):
    message = "This is not an iCalendar file (.ics)."


class Strange(ValueError):
    """One event of the file cannot go in; the text says why."""


@dataclass(frozen=True)
class Found:
    """One date of one event, as the file has it. Times are aware UTC."""

    uid: str
    recurrence_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    all_day: bool
    venue: str
    description: str
    status: str


@dataclass
class Contents:
    found: list[Found] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def read(raw: bytes, *, zone: ZoneInfo, now: datetime) -> Contents:
    """`zone` is for times that name none. Raises NotACalendar; strange events are refused one by one."""
    contents = Contents()
    for calendar in _calendars(raw):
        for uid, events in _series(calendar).items():
            try:
                contents.found.extend(_dates(calendar, uid, events, (zone, now)))
            except Strange as strange:
                contents.refused.append((_label(events[0], uid), str(strange)))
            except Exception as error:  # noqa: BLE001  other people's files break libraries in ways nobody lists
                contents.refused.append((_label(events[0], uid), f"cannot be understood: {error}"))
    if not contents.found and not contents.refused:
        contents.refused.append(("file", "has no events in it"))
    return contents


def _calendars(raw: bytes) -> list[Any]:
    from icalendar import Calendar, Component

    try:
        parts = Component.from_ical(GLOBAL_ZONE.sub(rb"\1\2", raw), multiple=True)
    except Exception as error:  # noqa: BLE001  see above
        raise NotACalendar(f"This is not an iCalendar file: {error}") from None
    if not parts:
        raise NotACalendar
    loose = [part for part in parts if part.name == "VEVENT"]
    calendars = [part for part in parts if part.name == "VCALENDAR"]
    if loose:
        calendars.append(Calendar())
        calendars[-1].subcomponents.extend(loose)
    return calendars


def _series(calendar: Any) -> dict[str, list[Any]]:
    """The events by UID: a series and the changes to single dates of it have the same one."""
    series: dict[str, list[Any]] = {}
    for event in calendar.walk("VEVENT"):
        series.setdefault(_text(event, "UID")[:255] or _made_up_uid(event), []).append(event)
    return series


def _made_up_uid(event: Any) -> str:
    # The same event has to get the same one the next time.
    return f"{hashlib.sha256(event.to_ical()).hexdigest()[:32]}@without-uid"


def _dates(calendar: Any, uid: str, events: list[Any], around: tuple[ZoneInfo, datetime]) -> Iterator[Found]:
    for event in events:
        _refuse_strange(event)
    repeated = any(key in event for event in events for key in ("RRULE", "RDATE", "RECURRENCE-ID"))
    if not repeated:
        yield _found(max(events, key=_sequence), uid, "", around)
        return
    for occurrence in _expand(calendar, events, around):
        yield _found(occurrence, uid, _recurrence_id(occurrence, around[0]), around)


def _expand(calendar: Any, events: list[Any], around: tuple[ZoneInfo, datetime]) -> list[Any]:
    import recurring_ical_events
    from icalendar import Calendar

    zone, now = around
    alone = Calendar()
    if "X-WR-TIMEZONE" in calendar:
        alone["X-WR-TIMEZONE"] = calendar["X-WR-TIMEZONE"]
    alone.subcomponents = [*calendar.walk("VTIMEZONE"), *events]
    query = recurring_ical_events.of(alone)
    first = min(_moment(event.start, zone) for event in events)
    until = max(now, first) + HORIZON

    def dates(since: datetime) -> list[Any]:
        return sorted(query.between(since, until), key=lambda one: _moment(one.start, zone))[:MOST_OF_A_SERIES]

    # What ended long ago is history, and goes in from its beginning.
    found = dates(max(first, now - HORIZON) - timedelta(days=1)) or dates(first - timedelta(days=1))
    if not found:
        raise Strange("its rule gives no date at all")
    return found


def _refuse_strange(event: Any) -> None:
    from icalendar.prop import vBroken

    if "DTSTART" not in event:
        raise Strange("it does not say when it begins")
    for key in ("DTSTART", "DTEND"):
        if isinstance(event.get(key), list):
            event[key] = event[key][0]
    for key in ("EXDATE", "RDATE"):
        # A date that cannot be read takes nothing away and adds nothing.
        readable = [value for value in _listed(event.get(key)) if not isinstance(value, vBroken)]
        event.pop(key, None)
        if readable:
            event[key] = readable
    for rule in _listed(event.get("RRULE")):
        if {"SECONDLY", "MINUTELY"} & {str(part).upper() for part in rule.get("FREQ", [])}:
            raise Strange("it repeats more often than every hour")


def _found(event: Any, uid: str, recurrence_id: str, around: tuple[ZoneInfo, datetime]) -> Found:
    zone = around[0]
    start, end = event.start, event.end
    all_day = not isinstance(start, datetime)
    starts_at, ends_at = _moment(start, zone), _moment(end, zone)
    if ends_at < starts_at:
        raise Strange("it ends before it begins")
    return Found(
        uid=uid,
        recurrence_id=recurrence_id,
        title=_text(event, "SUMMARY")[:200] or "Untitled",
        starts_at=starts_at,
        ends_at=ends_at,
        zone=zone.key if all_day else _zone_name(start, zone),
        all_day=all_day,
        venue=_text(event, "LOCATION")[:200],
        description=prose.clean(_text(event, "DESCRIPTION", lines=True)[:50_000]),
        status="cancelled" if _text(event, "STATUS").upper() == "CANCELLED" else "published",
    )


def _moment(given: date | datetime, zone: ZoneInfo) -> datetime:
    """In UTC; a date is its midnight, a time without a zone is the site's."""
    if not FIRST_YEAR <= given.year <= LAST_YEAR:
        raise Strange(f"it is in the year {given.year}")
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)


def _zone_name(start: datetime, zone: ZoneInfo) -> str:
    """The zone's own name when it is one that everybody knows; a zone that the file made up has none."""
    return start.tzinfo.key if isinstance(start.tzinfo, ZoneInfo) and start.tzinfo.key else zone.key


def _recurrence_id(occurrence: Any, zone: ZoneInfo) -> str:
    given = occurrence.get("RECURRENCE-ID")
    moment = given.dt if given is not None else occurrence.start
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{_moment(moment, zone):%Y%m%dT%H%M%SZ}"


def _sequence(event: Any) -> int:
    typed = _text(event, "SEQUENCE")
    return int(typed) if typed.isdigit() else 0


def _text(event: Any, key: str, *, lines: bool = False) -> str:
    value = next(iter(_listed(event.get(key))), "")
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", str(value).replace("\r\n", "\n"))
    return text.strip() if lines else " ".join(text.split())


def _label(event: Any, uid: str) -> str:
    return _text(event, "SUMMARY")[:80] or uid[:80]


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
