"""What administrators do in their browser, and nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from events.models import Calendar, Entry, Ticket, TicketType
from shared.db.session import transaction
from shared.utils import utcnow
from tests.events.test_printed_tickets import two_tickets
from tests.factories.events import a_calendar, a_ticket_type, an_entry

ENTRY = {
    "title": "Wassail",
    "starts_at": "2027-01-05T19:30",
    "ends_at": "",
    "venue": "Orchard",
    "summary": "",
    "description": "Sing <script>alert(1)</script>to the <b>trees</b>.",
    "image_url": "",
    "illustration": "hall",
    "status": "published",
}


@pytest.fixture
async def admin(house):
    browser = await house.signed_in(await house.member("eve@example.com", admin=True))
    browser.base_url = house.url("events")
    return browser


async def only(model):
    async with transaction() as session:
        return (await session.scalars(select(model).order_by(model.id))).all()


async def given_calendar(**changes):
    async with transaction() as session:
        return await a_calendar(session, **changes)


@pytest.mark.parametrize("path", ["/admin/", "/admin/calendars/", "/admin/entries/new/", "/admin/check-in/"])
async def test_only_administrators_come_in(house, path):
    member = await house.signed_in(await house.member())

    assert (await member.get(house.url("events", path))).status_code == 403
    answer = await house.client().get(house.url("events", path), follow_redirects=False)
    assert answer.status_code == 303
    assert "/sign-in/" in answer.headers["Location"]


async def test_a_member_cannot_check_anybody_in(house):
    ticket = (await two_tickets())[0]
    member = await house.signed_in(await house.member())

    answer = await member.post(house.url("events", "/admin/check-in/"), data={"code": ticket.code})

    assert answer.status_code == 403
    assert (await only(Ticket))[0].status == "valid"


async def test_a_calendar_is_made_changed_and_removed(admin):
    made = await admin.post("/admin/calendars/", data={"name": "Film club", "slug": "", "container": "site:0"})
    calendar = (await only(Calendar))[0]
    await admin.post(f"/admin/calendars/{calendar.id}/", data={"name": "Films", "slug": "films", "container": "page:3"})
    changed = (await only(Calendar))[0]
    await admin.post(f"/admin/calendars/{calendar.id}/delete/")

    assert made.status_code == 200
    assert calendar.slug == "film-club"
    assert (changed.slug, changed.container_type, changed.container_id) == ("films", "page", 3)
    assert await only(Calendar) == []


@pytest.mark.parametrize(("slug", "sentence"), [("films", "Another calendar"), ("month", "used by the site itself")])
async def test_an_address_that_is_taken_is_said_at_its_field(admin, slug, sentence):
    await given_calendar(slug="films")

    answer = await admin.post("/admin/calendars/", data={"name": "Films", "slug": slug, "container": "site:0"})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(await only(Calendar)) == 1


async def test_an_entry_is_made_with_the_sites_time_and_clean_html(admin):
    calendar = await given_calendar()

    answer = await admin.post("/admin/entries/", data=ENTRY | {"calendar_id": calendar.id, "weeks": "1"})

    entry = (await only(Entry))[0]
    assert "Created" in answer.text
    assert entry.starts_at.isoformat() == "2027-01-05T19:30:00+00:00"
    assert (entry.ends_at - entry.starts_at).total_seconds() == 7200
    assert entry.description == "Sing to the <b>trees</b>."


async def test_a_weekly_entry_keeps_its_hour_when_the_clocks_change(admin):
    calendar = await given_calendar()
    changes = {"calendar_id": calendar.id, "weeks": "3", "starts_at": "2027-03-21T19:30"}

    await admin.post("/admin/entries/", data=ENTRY | changes)

    assert [entry.starts_at.hour for entry in await only(Entry)] == [19, 18, 18]


async def test_an_all_day_entry_lasts_from_midnight_to_midnight_and_reads_back_the_same(admin):
    calendar = await given_calendar()
    changes = {
        "calendar_id": calendar.id,
        "all_day": "true",
        "starts_at": "2027-07-03T10:00",
        "ends_at": "2027-07-04T12:00",
    }
    await admin.post("/admin/entries/", data=ENTRY | changes)
    entry = (await only(Entry))[0]

    text = (await admin.get(f"/admin/entries/{entry.id}/")).text

    assert entry.ends_at.isoformat() == "2027-07-04T23:00:00+00:00"
    assert 'value="2027-07-04T23:59"' in text


async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(admin):
    calendar = await given_calendar()
    changes = {"calendar_id": calendar.id, "ends_at": "2027-01-05T18:00"}

    answer = await admin.post("/admin/entries/", data=ENTRY | changes)

    assert answer.status_code == 422
    assert "end after it begins" in answer.text
    assert 'value="Wassail"' in answer.text
    assert await only(Entry) == []


async def test_a_cancelled_entry_says_so_and_sells_nothing(house, admin):
    async with transaction() as session:
        entry = await an_entry(session)
        await a_ticket_type(session, entry=entry)
    changes = {"calendar_id": entry.calendar_id, "status": "cancelled", "starts_at": "2099-01-05T19:30"}

    await admin.post(f"/admin/entries/{entry.id}/", data=ENTRY | changes)

    text = (await house.client().get(house.url("events", f"/entries/{entry.id}-wassail/"))).text
    assert "Cancelled" in text
    assert "Add to basket" not in text


async def test_a_kind_of_ticket_is_made_and_cannot_shrink_below_what_is_taken(admin):
    async with transaction() as session:
        entry = await an_entry(session)
    fields = {"name": "Members", "price": "£7.50", "vat_percent": "20", "capacity": "40", "max_per_order": "4"}
    fields["note"] = "We ask at the door."
    await admin.post(f"/admin/entries/{entry.id}/ticket-types/", data=fields)
    kind = (await only(TicketType))[0]
    async with transaction() as session:
        (await session.get(TicketType, kind.id)).sold = 12

    answer = await admin.post(f"/admin/ticket-types/{kind.id}/", data=fields | {"capacity": "5"})

    assert (kind.price, kind.vat_rate, kind.currency) == (750, 2000, "GBP")
    assert kind.note == "We ask at the door."
    assert "We ask at the door." in answer.text
    assert answer.status_code == 422
    assert "at least 12 places: 12 sold" in answer.text


async def test_what_has_tickets_stays(admin):
    await two_tickets()
    entry = (await only(Entry))[0]

    answers = [
        await admin.post(f"/admin/entries/{entry.id}/delete/"),
        await admin.post(f"/admin/calendars/{entry.calendar_id}/delete/"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert len(await only(Entry)) == 1


async def test_an_entry_nobody_has_tickets_for_goes(admin):
    async with transaction() as session:
        entry = await an_entry(session)
        await a_ticket_type(session, entry=entry)

    await admin.post(f"/admin/entries/{entry.id}/delete/")

    assert await only(Entry) == []


async def test_the_list_of_who_comes_is_a_harmless_spreadsheet(admin):
    ticket = (await two_tickets(name="=HYPERLINK(1)"))[0]

    page = await admin.get(f"/admin/entries/{ticket.entry_id}/attendees/")
    sheet = await admin.get(f"/admin/entries/{ticket.entry_id}/attendees.csv")

    assert ticket.code in page.text
    assert "'=HYPERLINK(1),ann@example.com,Full price" in sheet.text


async def test_a_steward_lets_somebody_in_once(admin):
    ticket = (await two_tickets())[0]

    first = await admin.post("/admin/check-in/", data={"code": ticket.code.lower()})
    second = await admin.post("/admin/check-in/", data={"code": ticket.code})

    assert "Welcome in" in first.text
    assert second.status_code == 409
    assert "used already" in second.text


async def test_a_slip_at_the_door_is_undone(admin):
    ticket = (await two_tickets())[0]
    await admin.post("/admin/check-in/", data={"code": ticket.code})

    page = await admin.post(f"/admin/check-in/{ticket.token}/delete/")

    assert "Check in" in page.text
    assert (await only(Ticket))[0].status == "valid"


async def test_a_file_is_imported_in_the_browser(admin):
    calendar = await given_calendar()
    lines = ("BEGIN:VEVENT", "UID:1", "SUMMARY:Gig", "DTSTART:20270105T190000Z", "END:VEVENT", "END:VCALENDAR")
    text = "\r\n".join(("BEGIN:VCALENDAR", *lines))

    answer = await admin.post(f"/admin/calendars/{calendar.id}/import/", files={"file": ("a.ics", text)})
    empty = await admin.post(f"/admin/calendars/{calendar.id}/import/")

    assert "1 new, 0 changed" in answer.text
    assert empty.status_code == 422
    assert (await only(Entry))[0].title == "Gig"


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/?when=past",
        "/admin/calendars/",
        "/admin/calendars/new/",
        "/admin/entries/new/",
        "/admin/check-in/",
    ],
)
async def test_every_page_of_the_administration_is_drawn(admin, path):
    await given_calendar()

    assert (await admin.get(path)).status_code == 200


async def test_the_pages_about_one_thing_are_drawn(admin):
    ticket = (await two_tickets())[0]
    entry = (await only(Entry))[0]
    paths = [
        f"/admin/calendars/{entry.calendar_id}/",
        f"/admin/calendars/{entry.calendar_id}/import/",
        f"/admin/entries/{entry.id}/",
        f"/admin/entries/{entry.id}/ticket-types/new/",
        f"/admin/ticket-types/{ticket.ticket_type_id}/",
        f"/admin/check-in/{ticket.token}/",
    ]

    assert [(await admin.get(path)).status_code for path in paths] == [200] * 6


async def test_an_address_taken_by_another_calendar_leaves_this_one_as_it_was(admin):
    await given_calendar(slug="films")
    other = await given_calendar(slug="concerts", name="Concerts")

    answer = await admin.post(
        f"/admin/calendars/{other.id}/", data={"name": "Films", "slug": "films", "container": "site:0"}
    )

    assert answer.status_code == 422
    assert [calendar.slug for calendar in await only(Calendar)] == ["films", "concerts"]


async def test_the_side_navigation_says_where_an_event_and_its_tickets_stand(admin, house):
    async with transaction() as session:
        calendar = await a_calendar(session, name="Film club")
        entry = await an_entry(session, calendar=calendar, title="Metropolis")
        kind = await a_ticket_type(session, entry=entry)

    for path in (f"/admin/entries/{entry.id}/", f"/admin/ticket-types/{kind.id}/"):
        page = (await admin.get(path)).text
        current = re.search(r'<a class="admin-link" href="([^"]+)" aria-current="page">', page)

        assert current
        assert current[1] == house.url("events", "/admin/")
        assert f'<a href="/admin/?calendar={calendar.id}">Film club</a>' in page


async def test_the_check_in_page_is_current_and_its_area_is_not(admin):
    page = (await admin.get("/admin/check-in/")).text

    assert re.findall(r'class="admin-link" href="([^"]+)" aria-current', page) == ["/admin/check-in/"]
    assert re.search(r"Events › Check-in\s*<svg", page)


async def test_the_door_says_how_many_are_in_today_and_who_came_last(admin):
    first, second = await two_tickets()
    async with transaction() as session:
        await session.execute(update(Entry).values(starts_at=utcnow(), ends_at=utcnow() + timedelta(hours=2)))

    before = (await admin.get("/admin/check-in/")).text
    page = (await admin.post("/admin/check-in/", data={"code": first.code})).text

    assert "0 of 2 in" in before
    assert "Last let in" not in before
    assert "1 of 2 in" in page
    assert f'<a href="/admin/check-in/{first.token}/">' in page[page.index("Last let in") :]
    assert second.token not in page
