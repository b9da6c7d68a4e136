"""Other programs' calendars: what can be understood goes in, the rest is refused with a reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import func, select

from events.models import Calendar, Entry
from events.services import feeds, ical
from rose.importers import ical as importer
from shared.db.session import transaction
from shared.errors import DomainError
from tests.factories.events import a_calendar, an_entry

THEIR_FILES = sorted((Path(icalendar.__file__).parent / "tests").rglob("*.ics"))
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def a_file(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


def an_event(*lines):
    return a_file("BEGIN:VEVENT", "UID:1", "SUMMARY:Gig", *lines, "END:VEVENT")


def read(raw):
    return ical.read(raw, zone=LONDON, now=NOW)


def test_there_are_files_to_try():
    assert len(THEIR_FILES) > 150


@pytest.mark.parametrize("path", THEIR_FILES, ids=lambda path: path.name)
def test_every_file_goes_in_or_is_refused_with_a_reason(path):
    try:
        contents = read(path.read_bytes())
    except DomainError as refused:
        contents = ical.Contents(refused=[(path.name, refused.message)])

    assert contents.found or contents.refused
    assert all(why for _, why in contents.refused)


def test_a_time_that_names_no_zone_is_the_sites():
    found = read(an_event("DTSTART:20260704T193000")).found[0]

    assert found.starts_at == datetime(2026, 7, 4, 18, 30, tzinfo=UTC)
    assert found.ends_at == found.starts_at


def test_a_zone_of_the_files_own_is_believed():
    zone = (
        "BEGIN:VTIMEZONE",
        "TZID:Village",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0300",
        "TZOFFSETTO:+0300",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
    event = ("BEGIN:VEVENT", "UID:1", "DTSTART;TZID=Village:20260704T190000", "DURATION:PT90M", "END:VEVENT")

    found = read(a_file(*zone, *event)).found[0]

    assert found.starts_at == datetime(2026, 7, 4, 16, tzinfo=UTC)
    assert found.ends_at - found.starts_at == timedelta(minutes=90)


def test_an_all_day_event_lasts_till_the_next_midnight():
    found = read(an_event("DTSTART;VALUE=DATE:20260704")).found[0]

    assert found.all_day
    assert found.starts_at == datetime(2026, 7, 3, 23, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 7, 4, 23, tzinfo=UTC)


def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_knows_its_exceptions():
    raw = an_event(
        "DTSTART;TZID=Europe/London:20261018T193000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=Europe/London:20261101T193000",
    )

    found = read(raw).found

    assert [one.starts_at for one in found] == [
        datetime(2026, 10, 18, 18, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 19, 30, tzinfo=UTC),
        datetime(2026, 11, 8, 19, 30, tzinfo=UTC),
    ]
    assert len({one.recurrence_id for one in found}) == 3


def test_one_date_of_a_series_that_was_moved_stands_where_it_was_moved_to():
    series = (
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Choir",
        "DTSTART:20261103T190000Z",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "END:VEVENT",
    )
    moved = (
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Choir, later",
        "RECURRENCE-ID:20261110T190000Z",
        "DTSTART:20261111T200000Z",
        "END:VEVENT",
    )

    found = read(a_file(*series, *moved)).found

    assert [(one.title, one.starts_at.day) for one in found] == [("Choir", 3), ("Choir, later", 11)]
    assert found[1].recurrence_id == "20261110T190000Z"


def test_a_series_without_end_stops_at_the_horizon():
    found = read(an_event("DTSTART:20200106T190000Z", "RRULE:FREQ=WEEKLY")).found

    assert NOW - timedelta(days=552) <= found[0].starts_at
    assert found[-1].starts_at <= NOW + timedelta(days=550)


def test_strange_events_do_not_keep_the_others_out():
    strange = (
        "BEGIN:VEVENT",
        "UID:2",
        "SUMMARY:Backwards",
        "DTSTART:20260704T190000Z",
        "DTEND:20260704T180000Z",
        "END:VEVENT",
    )
    good = ("BEGIN:VEVENT", "UID:3", "SUMMARY:Good", "DTSTART:20260704T190000Z", "END:VEVENT")

    contents = read(a_file(*strange, *good))

    assert [one.title for one in contents.found] == ["Good"]
    assert contents.refused[0][0] == "Backwards"


async def test_importing_twice_changes_nothing(session, settings, tmp_path):
    path = tmp_path / "gigs.ics"
    path.write_bytes(an_event("DTSTART:20261103T190000Z", "RRULE:FREQ=WEEKLY;COUNT=5", "LOCATION:Hall"))

    first = await importer.run(path, settings, calendar="gigs")
    second = await importer.run(path, settings, calendar="gigs")

    assert (first.created, first.unchanged) == (5, 0)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 5)
    async with transaction() as own:
        assert await own.scalar(select(func.count()).select_from(Entry)) == 5
        assert await own.scalar(select(Calendar.slug)) == "gigs"


async def test_what_changed_in_the_file_changes_here(session, settings, tmp_path):
    path = tmp_path / "gigs.ics"
    path.write_bytes(an_event("DTSTART:20261103T190000Z"))
    await importer.run(path, settings, calendar="gigs")
    path.write_bytes(an_event("DTSTART:20261103T200000Z"))

    summary = await importer.run(path, settings, calendar="gigs")

    assert (summary.created, summary.changed) == (0, 1)


async def test_a_file_that_is_no_calendar_is_refused(session, settings, tmp_path):
    path = tmp_path / "letter.ics"
    path.write_text("Dear all,")

    summary = await importer.run(path, settings, calendar="gigs")

    assert summary.refused[0][0] == "letter.ics"


async def test_what_goes_out_as_a_feed_comes_in_as_it_was(session, settings, tmp_path):
    async with transaction() as own:
        calendar = await a_calendar(own)
        entries = [
            await an_entry(own, calendar=calendar, title=title, description="<p>Bring a friend.</p>")
            for title in ("A; b, c", "Ł")
        ]
    path = tmp_path / "out.ics"
    path.write_text(feeds.write(entries, settings, name="Out"), encoding="utf-8")

    await importer.run(path, settings, calendar="in")

    async with transaction() as own:
        query = select(Entry).join(Entry.calendar).where(Calendar.slug == "in").order_by(Entry.id)
        back = (await own.scalars(query)).all()
    kept = ("title", "starts_at", "ends_at", "venue", "description", "uid", "all_day")
    assert {tuple(getattr(one, name) for name in kept if "_at" not in name) for one in back} == {
        tuple(getattr(one, name) for name in kept if "_at" not in name) for one in entries
    }
    assert back[0].starts_at == entries[0].starts_at.replace(microsecond=0)
