"""Tickets as people hold them, and what the other apps are told about them."""

import base64
import io
from datetime import timedelta

import pypdf
import pytest
import segno
from sqlalchemy import select, update

from events.handlers import issue_tickets
from events.models import Ticket
from events.services import check_ins, holds, reservations
from events.services.check_ins import AlreadyUsed, TicketVoid
from events.services.holds import Holder
from events.services.tickets import NoSuchTicket
from shared import qr
from shared.db.session import transaction
from shared.errors import Conflict
from shared.events.payloads.cart import OrderLine, OrderPaid
from shared.infrastructure import internal_api
from shared.utils import utcnow
from tests.factories.events import a_calendar, a_ticket_type, an_entry


async def two_tickets(name="Łucja Świerk"):
    async with transaction() as session:
        entry = await an_entry(session, calendar=await a_calendar(session, container_type="page", container_id=7))
        kind = await a_ticket_type(session, entry=entry)
        until = utcnow() + timedelta(minutes=15)
        hold = await holds.place(session, kind.id, 2, whose=Holder(session_id="ann"), until=until)
        await reservations.bind(session, "order-1", [hold.token], until=until)
        line = OrderLine(kind="ticket", item_id=kind.id, hold_id=hold.token, title="x", quantity=2, unit_price=1200)
        paid = OrderPaid(order="order-1", email="ann@example.com", buyer=name, total=1, currency="GBP", lines=[line])
        await issue_tickets(session, paid)
    async with transaction() as session:
        return (await session.scalars(select(Ticket).order_by(Ticket.id))).all()


async def call(house, method, path, **options):
    async with house.apps["cart"].app_context():
        return await getattr(internal_api, method)("events", f"/internal/events{path}", **options)


async def test_the_ticket_page_has_the_code_in_pixels_and_in_letters_and_stays_secret(house):
    ticket = (await two_tickets())[0]

    answer = await house.client().get(house.url("events", ticket.path))

    assert ticket.code in answer.text
    assert qr.draw(f"http://localhost:8003{ticket.path}").path in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "style=" not in answer.text


def test_the_drawn_modules_are_those_of_the_address():
    address = "http://localhost:8003/tickets/abc/"

    size, runs = qr.runs(address)

    drawn = {(x + n, y) for x, y, length in runs for n in range(length)}
    wanted = segno.make(address, error="m", micro=False).matrix_iter(border=4)
    assert drawn == {(x, y) for y, row in enumerate(wanted) for x, dark in enumerate(row) if dark}
    assert size == segno.make(address, error="m", micro=False).symbol_size(border=4)[0]


async def test_the_paper_ticket_has_what_the_door_and_the_guest_need(house):
    ticket = (await two_tickets())[0]

    answer = await house.client().get(house.url("events", f"{ticket.path[:-1]}.pdf"))

    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = pages[0].extract_text()
    assert len(pages) == 1
    for words in (ticket.code, "Nuala and the Reeds", "The Old Dairy", "Łucja Swierk", "London time", "Rose Ash"):
        assert words in text


async def test_blog_gets_the_tickets_of_an_order_with_their_paper(house):
    tickets = await two_tickets()

    found = (await call(house, "get", "/orders/order-1/tickets"))["tickets"]

    assert [one["code"] for one in found] == [ticket.code for ticket in tickets]
    assert base64.b64decode(found[0]["pdf_base64"]).startswith(b"%PDF")


async def test_the_account_page_finds_tickets_by_address(house):
    await two_tickets()

    found = await call(house, "get", "/tickets", params={"email": "Ann@example.com"})
    others = await call(house, "get", "/tickets", params={"email": "bob@example.com"})

    assert len(found["tickets"]) == 2
    assert others["tickets"] == []


async def test_a_page_gets_the_next_entries_of_its_own_calendars(house):
    await two_tickets()

    own = await call(house, "get", "/cards", params={"container_type": "page", "container_id": 7, "limit": 6})
    foreign = await call(house, "get", "/cards", params={"container_type": "page", "container_id": 8})
    all_of_them = await call(house, "get", "/cards")

    assert [card["title"] for card in own["cards"]] == ["Nuala and the Reeds"]
    assert own["cards"][0]["price"] == "£12.00"
    assert foreign["cards"] == []
    assert len(all_of_them["cards"]) == 1


async def test_cart_changes_extends_and_drops_a_hold(house):
    async with transaction() as session:
        kind = await a_ticket_type(session, capacity=4)
        until = utcnow() + timedelta(minutes=5)
        hold = await holds.place(session, kind.id, 2, whose=Holder(session_id="ann"), until=until)
    path = f"/holds/{hold.token}"

    changed = await call(house, "put", path, json={"quantity": 3})
    extended = await call(house, "post", f"{path}/extend")
    with pytest.raises(Conflict, match="only 1 place left"):
        await call(house, "put", path, json={"quantity": 9})
    await call(house, "delete", path)

    assert changed["quantity"] == 3
    assert extended["until"] > changed["until"]
    with pytest.raises(Conflict, match="run out"):
        await call(house, "put", path, json={"quantity": 1})


async def test_an_order_hears_the_price_of_its_places_from_their_owner(house):
    async with transaction() as session:
        kind = await a_ticket_type(session, price=900, vat_rate=500)
        until = utcnow() + timedelta(minutes=5)
        hold = await holds.place(session, kind.id, 2, whose=Holder(session_id="ann"), until=until)
    body = {"order": "o-1", "until": (until + timedelta(minutes=30)).isoformat(), "holds": [hold.token]}

    answers = [await call(house, "post", "/reservations", json=body) for _ in range(2)]

    line = answers[0]["lines"][0]
    assert answers[0] == answers[1]
    assert (line["hold_id"], line["unit_price"], line["vat_rate"], line["quantity"]) == (hold.token, 900, 500, 2)


async def test_nobody_asks_inside_without_a_signature(house):
    answer = await house.client().get(house.url("events", "/internal/events/cards"))

    assert answer.status_code == 403


async def enter(house, typed):
    async with transaction() as session:
        return await check_ins.create(session, typed, site=house.settings.site)


async def test_a_ticket_opens_the_door_once(house):
    ticket = (await two_tickets())[0]

    await enter(house, ticket.code)

    with pytest.raises(AlreadyUsed, match=r"used already, at \d\d:\d\d"):
        await enter(house, ticket.code)


@pytest.mark.parametrize("spelling", ["code", "lower", "address", "token"])
async def test_what_a_steward_types_or_scans_is_understood(house, spelling):
    ticket = (await two_tickets())[0]
    typed = {
        "code": ticket.code,
        "lower": ticket.code.lower().replace("-", " "),
        "address": f"http://localhost:8003{ticket.path}",
        "token": ticket.token,
    }

    found = await enter(house, typed[spelling])

    assert (found.id, found.status) == (ticket.id, "used")


async def test_void_and_unknown_tickets_stay_outside(house):
    ticket = (await two_tickets())[0]
    async with transaction() as session:
        await session.execute(update(Ticket).values(status="void"))

    with pytest.raises(TicketVoid):
        await enter(house, ticket.code)
    with pytest.raises(NoSuchTicket):
        await enter(house, "ABCDE-FGHJK")
