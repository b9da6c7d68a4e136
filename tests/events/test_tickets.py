"""From paid to printed: one ticket a place, whatever is told twice or too late."""

from datetime import timedelta

from sqlalchemy import select, update

from events.handlers import issue_tickets, release_order, void_tickets
from events.models import Hold, Ticket, TicketType
from events.services import holds, reservations
from events.services.holds import Holder
from shared.db.session import transaction
from shared.events.payloads.cart import OrderLine, OrderPaid, OrderRefunded, OrderReleased
from shared.models import DomainEvent
from shared.utils import utcnow
from tests.factories.events import a_ticket_type


async def a_bound_hold(*, quantity=2, capacity=10, order="order-1"):
    async with transaction() as session:
        type_id = (await a_ticket_type(session, capacity=capacity)).id
        until = utcnow() + timedelta(minutes=15)
        hold = await holds.place(session, type_id, quantity, whose=Holder(session_id="ann"), until=until)
        await reservations.bind(session, order, [hold.token], until=until)
    return hold


def line(hold, quantity=None):
    return OrderLine(
        kind="ticket",
        item_id=hold.ticket_type_id,
        hold_id=hold.token,
        title="Nuala",
        quantity=quantity or hold.quantity,
        unit_price=1200,
    )


def paid(hold, order="order-1"):
    return OrderPaid(order=order, email="Ann@Example.com", buyer="Ann", total=2400, currency="GBP", lines=[line(hold)])


async def hear(handler, event):
    async with transaction() as session:
        await handler(session, event)


async def counters(hold):
    async with transaction() as session:
        found = await session.get(TicketType, hold.ticket_type_id)
        return found.held, found.sold


async def tickets_of(order):
    async with transaction() as session:
        return (await session.scalars(select(Ticket).where(Ticket.order == order).order_by(Ticket.id))).all()


async def told(name):
    async with transaction() as session:
        query = select(DomainEvent.payload).where(DomainEvent.type == name)
        return (await session.scalars(query)).all()


async def test_a_paid_order_has_one_ticket_a_place(session):
    hold = await a_bound_hold(quantity=2)

    await hear(issue_tickets, paid(hold))

    found = await tickets_of("order-1")
    assert [ticket.status for ticket in found] == ["valid", "valid"]
    assert found[0].token != found[1].token
    assert found[0].email == "ann@example.com"
    assert await counters(hold) == (0, 2)


async def test_paid_told_twice_is_issued_once(session):
    hold = await a_bound_hold(quantity=2)

    await hear(issue_tickets, paid(hold))
    await hear(issue_tickets, paid(hold))

    assert len(await tickets_of("order-1")) == 2
    assert await counters(hold) == (0, 2)
    assert len(await told("events.tickets_issued")) == 1


async def test_a_late_payment_gets_its_places_if_they_are_still_there(session):
    hold = await a_bound_hold(quantity=2)
    await hear(release_order, OrderReleased(order="order-1"))

    await hear(issue_tickets, paid(hold))

    assert len(await tickets_of("order-1")) == 2
    assert await counters(hold) == (0, 2)


async def test_a_late_payment_for_places_that_are_gone_is_told_so(session):
    hold = await a_bound_hold(quantity=2, capacity=2)
    await hear(release_order, OrderReleased(order="order-1"))
    async with transaction() as own:
        later = utcnow() + timedelta(minutes=15)
        await holds.place(own, hold.ticket_type_id, 1, whose=Holder(session_id="bob"), until=later)

    await hear(issue_tickets, paid(hold))

    assert await tickets_of("order-1") == []
    assert [payload["hold_ids"] for payload in await told("events.tickets_unavailable")] == [[hold.token]]
    assert await counters(hold) == (1, 0)


async def test_an_order_of_goods_alone_issues_nothing(session):
    goods = OrderLine(kind="product", item_id=1, title="Carrots", quantity=2, unit_price=250)
    event = OrderPaid(order="o", email="ann@example.com", total=500, currency="GBP", lines=[goods])

    await hear(issue_tickets, event)

    assert await told("events.tickets_issued") == []


async def test_refunded_places_are_void_and_free_again(session):
    hold = await a_bound_hold(quantity=3)
    await hear(issue_tickets, paid(hold))
    refund = OrderRefunded(order="order-1", email="ann@example.com", amount=2400, currency="GBP", lines=[line(hold, 2)])

    await hear(void_tickets, refund)

    assert [ticket.status for ticket in await tickets_of("order-1")] == ["valid", "void", "void"]
    assert await counters(hold) == (0, 1)


async def test_what_was_cancelled_meanwhile_gives_no_tickets(session):
    hold = await a_bound_hold(quantity=2)
    async with transaction() as own:
        from events.models import Entry

        await own.execute(update(Entry).values(status="cancelled"))

    await hear(issue_tickets, paid(hold))

    assert await tickets_of("order-1") == []
    assert len(await told("events.tickets_unavailable")) == 1
    assert await counters(hold) == (0, 0)


async def test_a_hold_of_another_order_is_not_given_away(session):
    hold = await a_bound_hold(quantity=2)

    await hear(issue_tickets, paid(hold, order="order-2"))

    async with transaction() as own:
        assert await own.scalar(select(Hold.state)) == "bound"
    assert len(await told("events.tickets_unavailable")) == 1
