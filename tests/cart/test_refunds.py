import pytest
from sqlalchemy import select, update

from cart.models import Order, OrderLine, Refund
from cart.services import payments, refunds, repayments, settlements
from cart.services.payments import Till
from cart.services.refunds import MoreThanBought
from shared.db.session import get_session, transaction
from shared.errors import Unavailable
from shared.events.bus import emit_event
from shared.events.payloads.events import TicketsUnavailable
from tests.cart.tills import pay, status_of, told
from tests.fakes.sumup import SumUpProcess
from tests.house import House


async def returned(till: Till, order: Order) -> int:
    """What SumUp says went back."""
    async with get_session(read_only=True) as session:
        [payment] = await _payments(session, order)
    assert till.sumup
    return (await till.sumup.transaction(payment.transaction_id)).refunded


async def _payments(session, order):
    from cart.services import orders

    return await orders.list_payments(session, order.id)


async def ask(order: Order, portions: dict[str, int], key: str = "k" * 16) -> int:
    async with transaction() as session:
        lines = await session.scalars(select(OrderLine).where(OrderLine.order_id == order.id))
        chosen = {line.id: portions.get(line.title, 0) for line in lines}
        return (await refunds.request(session, order.id, chosen, key=key, reason="Rained off")).id


async def test_one_of_two_tickets_goes_back(house: House, till: Till, order: Order) -> None:
    await ask(order, {"Barn concert": 1})
    await house.deliver()

    assert await returned(till, order) == 1200
    assert (await status_of(order), await told("cart.order_refunded")) == ("paid", 1)


async def test_asked_twice_it_goes_back_once(house: House, till: Till, order: Order) -> None:
    refund = await ask(order, {"Rye loaf": 1})
    assert await ask(order, {"Rye loaf": 1}) == refund
    await house.deliver()
    await repayments.send(till.sumup, refund)

    assert await returned(till, order) == 420


async def test_killed_after_sumup_gave_it_back(house: House, till: Till, order: Order) -> None:
    refund = await ask(order, {"Rye loaf": 1})
    await house.deliver()
    async with transaction() as session:
        await session.execute(update(Refund).values(state="sending", done_at=None))

    await repayments.send(till.sumup, refund)

    assert await returned(till, order) == 420


async def test_everything_back_makes_it_a_refunded_order(house: House, till: Till, order: Order) -> None:
    await ask(order, {"Barn concert": 1}, key="first-of-the-two")
    await ask(order, {"Barn concert": 1, "Rye loaf": 2}, key="second-of-the-two")
    await house.deliver()

    assert await status_of(order) == "refunded"
    assert await returned(till, order) == order.total


async def test_no_more_goes_back_than_was_bought(house: House, till: Till, order: Order) -> None:
    with pytest.raises(MoreThanBought):
        await ask(order, {"Barn concert": 3})


async def test_refunds_of_one_payment_go_one_after_the_other(house: House, till: Till, order: Order) -> None:
    await ask(order, {"Rye loaf": 1}, key="first-of-the-two")
    second = await ask(order, {"Rye loaf": 1}, key="second-of-the-two")
    async with transaction() as session:
        await session.execute(update(Refund).where(Refund.id != second).values(state="sending"))

    with pytest.raises(Unavailable):
        await repayments.send(till.sumup, second)


async def test_places_that_are_gone_are_refunded_unasked(house: House, till: Till, order: Order) -> None:
    async with transaction() as session:
        hold = await session.scalar(select(OrderLine.hold_id).where(OrderLine.hold_id.is_not(None)))
        emit_event(session, TicketsUnavailable(order=order.token, hold_ids=[hold or ""]))
    await house.deliver()

    assert await returned(till, order) == 2400


async def test_paid_twice_the_second_goes_back(house: House, payer: SumUpProcess, till: Till, order: Order) -> None:
    async with transaction() as session:
        await session.execute(update(Order).values(status="placed", paid_at=None))
        from cart.services import checkouts, orders

        session.add(checkouts.first_attempt(await orders.lock(session, order.id), 2))
    second = await pay(payer, till, order)
    async with transaction() as session:
        from shared.utils import utcnow

        await session.execute(update(Order).values(status="paid", paid_at=utcnow()))

    await payments.wake_all()
    assert till.sumup
    assert second.checkout_id
    await settlements.settle(till.sumup, second.checkout_id)
    await house.deliver()

    assert await told("cart.order_paid") == 1
    async with get_session(read_only=True) as session:
        found = (await session.scalars(select(Refund))).one()
    assert (found.amount, found.reason, found.state) == (order.total, "Paid twice", "done")
