"""With the real cart: what is held here is what is in the basket there."""

import re

from sqlalchemy import select, update

from events.models import Hold, Ticket, TicketType
from shared.db.session import transaction
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderLine, OrderPaid
from shared.utils import utcnow
from tests.factories.events import a_ticket_type, an_entry


async def with_two_places(house):
    async with transaction() as session:
        entry = await an_entry(session, title="Late Strings")
        kind = await a_ticket_type(session, entry=entry, capacity=3)
    browser = house.client()
    await browser.post(house.url("events", f"{entry.path}basket/"), data={f"places-{kind.id}": "2"})
    return browser, kind


async def test_the_basket_shows_the_places_and_their_price(house):
    browser, _ = await with_two_places(house)

    text = (await browser.get(house.url("cart", "/"))).text

    assert "Late Strings" in text
    assert "£24.00" in text


async def test_the_header_counts_what_is_in_the_basket(house):
    browser, _ = await with_two_places(house)

    text = (await browser.get(house.url("events", "/"))).text

    assert re.search(r'class="site-count">\s*\d', text)


async def test_more_than_there_is_is_refused_in_the_basket_and_nothing_moves(house):
    browser, kind = await with_two_places(house)
    async with transaction() as session:
        await session.execute(update(TicketType).values(sold=1))
    lines = re.findall(r'action="(http://[^"]+/lines/\d+/)"', (await browser.get(house.url("cart", "/"))).text)

    answer = await browser.post(lines[0], data={"quantity": "3"})

    assert answer.status_code == 409
    async with transaction() as session:
        found = await session.get(TicketType, kind.id)
        assert (found.held, found.sold) == (2, 1)


async def test_an_expired_hold_is_swept_while_its_line_still_stands(house):
    from events.services.sweeper import sweep

    browser, kind = await with_two_places(house)
    async with transaction() as session:
        await session.execute(update(Hold).values(until=utcnow()))

    async with house.apps["events"].app_context():
        assert await sweep() == 1

    async with transaction() as session:
        assert (await session.get(TicketType, kind.id)).held == 0
        assert await session.scalar(select(Hold.state)) == "released"
    assert (await browser.get(house.url("cart", "/"))).status_code == 200


async def test_a_paid_order_is_heard_and_the_tickets_are_there(house):
    _, kind = await with_two_places(house)
    async with transaction() as session:
        hold = await session.scalar(select(Hold))
        line = OrderLine(
            kind="ticket", item_id=kind.id, hold_id=hold.token, title="Late Strings", quantity=2, unit_price=1200
        )
        fact = OrderPaid(order="o-1", email="ann@example.com", total=2400, currency="GBP", lines=[line])
        emit_event(session, fact)

    await house.deliver()

    async with transaction() as session:
        assert len((await session.scalars(select(Ticket).where(Ticket.order == "o-1"))).all()) == 2
        assert (await session.get(TicketType, kind.id)).sold == 2
