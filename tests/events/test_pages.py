"""What visitors see of the calendars."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar as ICal
from sqlalchemy import event as sql

from events.models import Calendar, Entry
from events.services import months
from shared.db.session import engine, transaction
from shared.utils import utcnow
from tests.factories.events import a_calendar, a_ticket_type, an_entry


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


def soon(days):
    return utcnow() + timedelta(days=days + 1)


async def given(**changes):
    calendar = changes.pop("calendar", {})
    async with transaction() as session:
        return await an_entry(session, calendar=await a_calendar(session, **calendar), **changes)


async def read(house, path, status=200):
    answer = await house.client().get(house.url("events", path))
    assert answer.status_code == status, answer.text
    return answer.text


async def test_what_is_on_is_grouped_by_day_in_the_sites_zone(house):
    await given(title="Late film", starts_at=at(2099, 6, 30, 23, 30))

    text = await read(house, "/")

    assert (
        '<time datetime="2099-07-01"><span class="day-weekday">Wednesday</span> <span class="day-number">1</span>'
        in text
    )
    assert "00:30" in text


async def test_drafts_are_nowhere(house):
    entry = await given(title="Secret gig", status="draft", calendar={"slug": "concerts"})

    assert "Secret gig" not in await read(house, "/")
    assert "Secret gig" not in await read(house, "/concerts/")
    assert "Secret gig" not in await read(house, "/all.ics")
    await read(house, entry.path, 404)


async def test_what_is_over_leaves_the_list(house):
    await given(title="Last year", starts_at=utcnow() - timedelta(days=365))

    assert "Last year" not in await read(house, "/")


async def test_a_calendar_shows_its_own_entries_and_no_others(house):
    await given(title="Reeds", calendar={"slug": "concerts"})
    await given(title="Metropolis", calendar={"slug": "films"})

    text = await read(house, "/films/")

    assert "Metropolis" in text
    assert "Reeds" not in text


async def test_a_long_list_has_pages(house):
    async with transaction() as session:
        calendar = await a_calendar(session)
        for number in range(25):
            await an_entry(
                session, calendar=calendar, title=f"Gig {number:02}", starts_at=utcnow() + timedelta(number + 1)
            )

    assert "Gig 24" not in await read(house, "/")
    assert "Gig 24" in await read(house, "/?page=2")
    await read(house, "/?page=9", 404)


async def test_a_day_is_never_split_over_two_pages_and_nothing_is_lost_or_told_twice(house):
    """Nineteen before the day, five on it at the very same time, one the day after; late in the evening."""
    days = [*range(1, 20), *[20] * 5, 21]
    async with transaction() as session:
        calendar = await a_calendar(session, slug="concerts")
        for number, day in enumerate(days):
            starts_at = at(2099, 6, day, 23, 30)
            await an_entry(session, calendar=calendar, title=f"Gig {number:02}", starts_at=starts_at)

    for path in ("/", "/concerts/"):
        first, second = [
            re.findall(r">(Gig \d\d)</a>", await read(house, f"{path}?page={number}")) for number in (1, 2)
        ]
        assert first == [f"Gig {number:02}" for number in range(24)]
        assert second == ["Gig 24"]
        await read(house, f"{path}?page=3", 404)


async def test_a_day_that_fills_two_pages_leaves_no_empty_one_behind(house):
    async with transaction() as session:
        calendar = await a_calendar(session)
        for number in range(45):
            await an_entry(session, calendar=calendar, title=f"Gig {number:02}", starts_at=at(2099, 7, 1, 12))
        await an_entry(session, calendar=calendar, title="Next day", starts_at=at(2099, 7, 2, 12))

    text = await read(house, "/?page=2")

    assert "Next day" in text
    assert "Gig 44" not in text
    await read(house, "/?page=3", 404)


@pytest.mark.parametrize(
    ("prices", "said"),
    [([600, 0], "Free to £6.00"), ([1400, 800], "From £8.00"), ([800, 800], ">£8.00<"), ([], "No ticket needed")],
)
async def test_a_list_says_what_it_costs(house, prices, said):
    entry = await given(starts_at=at(2099, 7, 3, 18, 30))
    async with transaction() as session:
        for price in prices:
            await a_ticket_type(session, entry=entry, price=price)

    assert said in await read(house, "/")


async def test_a_row_says_until_when_unless_that_is_another_day(house):
    await given(starts_at=at(2099, 7, 3, 18, 30))
    await given(title="Walk", starts_at=at(2099, 7, 4, 18, 30), ends_at=at(2099, 7, 6, 10), venue="Upper Ashford")

    words = " ".join(re.sub(r"<[^>]+>", "", await read(house, "/")).split())

    assert "19:30–21:30 · The Old Dairy" in words
    assert "19:30 · Upper Ashford" in words


@pytest.mark.parametrize(
    ("venue", "place", "whereabouts"),
    [
        ("The Old Dairy, Ashford Mill", "The Old Dairy", "The Old Dairy, 4 Rowan Lane, Ashford Mill"),
        ("The Hay Loft, Ashford Mill", "The Hay Loft", "The Hay Loft, Ashford Mill"),
        ("Orchard House, Upper Ashford", "Orchard House, Upper Ashford", "Orchard House, Upper Ashford"),
        ("", "", "The Old Dairy, 4 Rowan Lane, Ashford Mill"),
    ],
)
def test_a_list_names_no_town_that_is_our_own_and_an_entry_names_our_street(venue, place, whereabouts):
    entry = Entry(venue=venue)

    assert entry.place("The Old Dairy, 4 Rowan Lane, Ashford Mill") == place
    assert entry.whereabouts("The Old Dairy, 4 Rowan Lane, Ashford Mill") == whereabouts


async def test_a_cancelled_entry_says_that_its_tickets_are_refunded(house):
    entry = await given(starts_at=at(2099, 7, 3, 18, 30), summary="The van broke down.", status="cancelled")
    async with transaction() as session:
        await a_ticket_type(session, entry=entry)

    assert "The van broke down. Tickets are refunded." in await read(house, "/")


async def test_an_entry_leads_on_to_the_next_ones_of_its_calendar(house):
    entry = await given(title="Reeds", starts_at=at(2099, 7, 3, 18, 30))
    async with transaction() as session:
        calendar = await session.get_one(Calendar, entry.calendar_id)
        await an_entry(session, calendar=calendar, title="Strings", starts_at=at(2099, 7, 10, 18, 30))
        await an_entry(session, title="A film", starts_at=at(2099, 7, 10, 18, 30))

    others = (await read(house, entry.path)).partition("Also coming up")[2]

    assert "Strings" in others
    assert "Reeds" not in others.partition("</section>")[0]
    assert "A film" not in others


async def test_a_kind_of_ticket_says_for_whom_it_is(house):
    entry = await given(starts_at=at(2099, 7, 3, 18, 30))
    async with transaction() as session:
        await a_ticket_type(session, entry=entry, note="For members; we ask at the door.")

    assert "For members; we ask at the door." in await read(house, entry.path)


async def test_the_month_is_a_table_of_the_same_entries(house):
    entry = await given(title="Wassail", starts_at=at(2027, 1, 5, 19), calendar={"slug": "concerts"})

    for path in ("/month/2027/01/", "/concerts/2027/01/"):
        text = await read(house, path)
        assert '<table class="month">' in text
        assert f'href="{entry.path}"' in text
        assert "Tuesday 5 January" in text
        assert 'data-colour="' in text
        assert 'href="/concerts/2027/01/"' in text


async def test_a_step_to_another_month_brings_its_name_into_the_title_and_says_it(house):
    await given(title="Wassail", starts_at=at(2027, 1, 5, 19))

    part = await house.client().get(house.url("events", "/month/2027/01/"), headers={"HX-Request-Type": "partial"})

    assert "<title>January 2027: What’s on · " in part.text
    assert "January 2027, 1 day with something on</div>" in part.text


async def test_months_lead_on_over_the_new_year(house):
    await given(calendar={"slug": "concerts"})

    assert 'href="/concerts/2027/01/"' in await read(house, "/concerts/2026/12/")
    assert 'href="/month/2026/12/"' in await read(house, "/month/2027/01/")


@pytest.mark.parametrize("path", ["/month/2027/13/", "/month/1000/01/", "/nowhere/", "/nowhere.ics", "/tickets/none/"])
async def test_what_is_not_there_is_not_found(house, path):
    await read(house, path, 404)


async def test_days_keep_their_entries_when_the_clocks_change(session):
    """On 29 March 2026 clocks in London go forward at one, on 25 October back at two."""
    from zoneinfo import ZoneInfo

    london = ZoneInfo("Europe/London")
    async with transaction() as own:
        calendar = await a_calendar(own)
        for day, hour in ((28, 23), (29, 22), (29, 23)):
            await an_entry(
                own,
                calendar=calendar,
                title=f"{day}-{hour}",
                starts_at=at(2026, 3, day, hour, 30),
                ends_at=at(2026, 3, day, hour, 45),
            )

    month = await months.get(session, date(2026, 3, 1), zone=london, now=utcnow())

    shown = {day.date.day: [entry.title for entry in day.entries] for day in month.days}
    assert shown == {28: ["28-23"], 29: ["29-22"], 30: ["29-23"]}
    assert [len(week) for week in month.weeks] == [7] * 6


async def test_an_entry_over_midnight_stands_on_both_days(session):
    from zoneinfo import ZoneInfo

    async with transaction() as own:
        await an_entry(own, starts_at=at(2026, 12, 31, 21), ends_at=at(2027, 1, 1, 2))

    month = await months.get(session, date(2027, 1, 1), zone=ZoneInfo("Europe/London"), now=utcnow())

    days = {day.date for week in month.weeks for day in week if day.entries}
    assert days == {date(2026, 12, 31), date(2027, 1, 1)}


async def test_an_entry_says_its_time_its_place_and_what_is_left(house):
    entry = await given(starts_at=at(2099, 7, 3, 18, 30))
    async with transaction() as session:
        await a_ticket_type(session, entry=entry, capacity=3)

    text = await read(house, entry.path)

    assert "Friday 3 July 2099, 19:30" in text
    assert "21:30" in text
    assert "London time" in text
    assert "Only 3 places left" in text
    assert "for 15 minutes" in text
    assert '"@type": "Event"' in text


async def test_an_old_address_leads_to_the_new_one(house):
    entry = await given()

    answer = await house.client().get(house.url("events", f"/entries/{entry.id}-old-title/"))

    assert str(answer.url).endswith(entry.path)


async def test_a_feed_holds_the_entry_with_its_time_in_utc(house):
    entry = await given(title="Reeds; and, friends", starts_at=at(2026, 12, 3, 18, 30), calendar={"slug": "concerts"})
    await given(
        title="Fair",
        all_day=True,
        starts_at=at(2026, 12, 5),
        ends_at=at(2026, 12, 6),
    )

    for path in (f"{entry.path[:-1]}.ics", "/concerts.ics", "/all.ics"):
        events = {str(e["summary"]): e for e in ICal.from_ical(await read(house, path)).walk("VEVENT")}
        assert events["Reeds; and, friends"].decoded("dtstart") == entry.starts_at

    assert events["Fair"].decoded("dtstart") == date(2026, 12, 5)
    assert events["Fair"].decoded("dtend") == date(2026, 12, 6)


@pytest.mark.parametrize("path", ["/", "/concerts/", "/month/2099/07/", "/concerts/2099/07/", "ENTRY", "/concerts.ics"])
async def test_no_page_asks_the_database_more_than_five_times(house, path):
    entry = await given(starts_at=at(2099, 7, 3, 18, 30), calendar={"slug": "concerts"})
    async with transaction() as session:
        await a_ticket_type(session, entry=entry)
    browser = await house.signed_in(await house.member())
    asked = []

    def note(_connection, _cursor, statement, *_):
        # The header's basket is cart's own question; it stands in the same process here.
        if statement.lstrip().upper().startswith("SELECT") and "basket" not in statement:
            asked.append(statement)

    sql.listen(engine().sync_engine, "before_cursor_execute", note)
    answer = await browser.get(house.url("events", entry.path if path == "ENTRY" else path))
    sql.remove(engine().sync_engine, "before_cursor_execute", note)

    assert answer.status_code == 200
    assert 1 <= len(asked) <= 5, asked


async def test_the_month_without_a_date_is_this_one(house):
    answer = await house.client().get(house.url("events", "/month/"))

    assert answer.status_code == 200
    assert answer.url.path.startswith(f"/month/{utcnow():%Y}/")
