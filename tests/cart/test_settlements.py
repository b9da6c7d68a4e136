"""Whoever comes first, and whoever dies in between: paid is paid once."""

import asyncio
import random

import httpx
import pytest
from sqlalchemy import update

from cart.models import Payment
from cart.services import payments, releases, settlements
from cart.services.baskets import Identity
from cart.services.payments import NothingToPay, Till
from cart.services.releases import AlreadyPaid
from cart.services.settler import Settler
from shared.db.session import transaction
from tests.cart.tills import lines_left, pay, payment_of, status_of, to_the_page, told
from tests.factories.cart import a_line, a_placed_order, a_ticket_line, in_basket
from tests.fakes.sumup import FAILS, PAYS, SumUpProcess
from tests.house import House

pytestmark = pytest.mark.usefixtures("house")


def webhook(checkout_id: str | None) -> dict[str, str]:
    return {"event_type": "CHECKOUT_STATUS_CHANGED", "id": checkout_id or ""}


async def test_twenty_webhooks_are_one_payment(house: House, payer: SumUpProcess, till: Till, at_work: Settler) -> None:
    order = await a_placed_order()
    payment = await pay(payer, till, order)
    sumup = house.client()
    url = house.url("cart", "/webhooks/sumup/")

    answers = await asyncio.gather(*(sumup.post(url, json=webhook(payment.checkout_id)) for _ in range(20)))
    await at_work.outcome(payment.checkout_id or "", patience=5)

    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert (await status_of(order), await told("cart.order_paid")) == ("paid", 1)
    assert await lines_left() == []


async def test_twenty_at_once_settle_it_once(payer: SumUpProcess, till: Till) -> None:
    order = await a_placed_order()
    payment = await pay(payer, till, order)
    assert till.sumup
    assert payment.checkout_id

    await asyncio.gather(*(settlements.settle(till.sumup, payment.checkout_id) for _ in range(20)))

    assert (await status_of(order), await told("cart.order_paid")) == ("paid", 1)


@pytest.mark.parametrize("seed", range(4))
async def test_in_whatever_order_the_hints_come(
    house: House, payer: SumUpProcess, till: Till, at_work: Settler, seed: int
) -> None:
    order = await a_placed_order()
    payment = await pay(payer, till, order)
    browser = house.client()
    back, hook = house.url("cart", f"{order.path}return/"), house.url("cart", "/webhooks/sumup/")
    hints = [browser.get(back), browser.post(hook, json=webhook(payment.checkout_id)), at_work.step(), at_work.sweep()]
    random.Random(seed).shuffle(hints)

    await asyncio.gather(*hints)
    shown = await browser.get(back)

    assert "Thank you, Ann" in shown.text
    assert await told("cart.order_paid") == 1


async def test_paid_and_never_heard_of_again_is_found(payer: SumUpProcess, till: Till, settler: Settler) -> None:
    order = await a_placed_order()
    await pay(payer, till, order)

    await payments.wake_all()
    await settler.step()

    assert await status_of(order) == "paid"


async def test_killed_between_making_a_checkout_and_writing_it_down(
    payer: SumUpProcess, till: Till, settler: Settler
) -> None:
    order = await a_placed_order()
    await pay(payer, till, order)
    async with transaction() as session:
        await session.execute(update(Payment).values(checkout_id=None, hosted_url=None))

    await settler.step()

    assert (await status_of(order), await told("cart.order_paid")) == ("paid", 1)


async def test_the_payment_page_is_the_same_however_often_it_is_opened(till: Till) -> None:
    order = await a_placed_order()

    pages = await asyncio.gather(*(payments.open_page(till, order.id) for _ in range(8)))

    assert len(set(pages)) == 1


async def test_declined_and_then_paid_with_another_card(
    house: House, payer: SumUpProcess, till: Till, at_work: Settler
) -> None:
    order = await a_placed_order()
    await pay(payer, till, order, FAILS)
    browser = house.client()
    back = house.url("cart", f"{order.path}return/")

    declined = await browser.get(back)
    assert "The payment did not go through" in declined.text
    assert await lines_left() == [("Rye loaf", 2, True)]

    await pay(payer, till, order, PAYS)
    paid = await browser.get(back)

    assert "Thank you, Ann" in paid.text
    assert (await status_of(order), (await payment_of(order)).attempt) == ("paid", 1)


async def test_an_answer_from_before_does_not_decide_a_later_payment(
    payer: SumUpProcess, till: Till, settler: Settler, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await a_placed_order()
    await pay(payer, till, order, FAILS)
    checkout_id = (await payment_of(order)).checkout_id or ""
    asked, told_late = asyncio.Event(), asyncio.Event()
    ask = settler.sumup.get_checkout  # type: ignore[union-attr]

    async def slowly(checkout_id: str) -> object:
        answer = await ask(checkout_id)
        asked.set()
        await told_late.wait()
        return answer

    monkeypatch.setattr(settler.sumup, "get_checkout", slowly)
    settler.hint(checkout_id)
    look = asyncio.create_task(settler.step())
    await asked.wait()
    back = asyncio.create_task(settler.outcome(checkout_id, patience=30))
    await pay(payer, till, order, PAYS)

    told_late.set()
    await back

    assert await status_of(order) == "paid"
    await look


async def test_a_payment_of_another_amount_is_refused(payer: SumUpProcess, till: Till, settler: Settler) -> None:
    order = await a_placed_order()
    await pay(payer, till, order)
    async with transaction() as session:
        await session.execute(update(Payment).values(amount=Payment.amount + 1))

    await payments.wake_all()
    await settler.step()

    assert (await status_of(order), (await payment_of(order)).status) == ("placed", "MISMATCH")
    assert await told("cart.order_paid") == 0


@pytest.mark.parametrize("ours", [{"currency": "EUR"}, {"reference": "another-1"}], ids=["coin", "order"])
async def test_a_payment_in_other_coin_or_for_another_order_is_refused(
    payer: SumUpProcess, till: Till, settler: Settler, ours: dict[str, str]
) -> None:
    order = await a_placed_order()
    await pay(payer, till, order)
    async with transaction() as session:
        await session.execute(update(Payment).values(ours))

    await payments.wake_all()
    await settler.step()

    assert (await status_of(order), (await payment_of(order)).status) == ("placed", "MISMATCH")
    assert await told("cart.order_paid") == 0


async def test_somebody_elses_paid_checkout_pays_nothing_of_ours(
    payer: SumUpProcess, till: Till, settler: Settler
) -> None:
    theirs, ours = await a_placed_order(), await a_placed_order(a_line(item_id=2), of=Identity(session_id="ben"))
    paid = await pay(payer, till, theirs)
    await to_the_page(till, ours)
    async with transaction() as session:
        await session.execute(update(Payment).where(Payment.order_id == theirs.id).values(checkout_id=None))
        await session.execute(update(Payment).where(Payment.order_id == ours.id).values(checkout_id=paid.checkout_id))
    assert till.sumup

    assert await settlements.settle(till.sumup, str(paid.checkout_id)) == "MISMATCH"
    assert await status_of(ours) == "placed"


async def test_a_checkout_that_is_not_ours_is_not_asked_about(settler: Settler, till: Till) -> None:
    assert till.sumup
    await till.sumup.aclose()

    assert await settlements.settle(till.sumup, "c0ffee") is None


async def test_not_paid_in_time_gives_everything_back(payer: SumUpProcess, till: Till, settler: Settler) -> None:
    order = await a_placed_order(a_line(), a_ticket_line())
    payment = await to_the_page(till, order)
    await make_overdue(order.id)

    await settler.sweep()

    assert (await status_of(order), await told("cart.order_released")) == ("released", 1)
    assert await lines_left() == [("Rye loaf", 2, False), ("Barn concert", 2, False)]
    async with httpx.AsyncClient() as late:
        assert (await late.get(payment.hosted_url or "")).status_code == 410


async def test_paid_in_the_last_second_is_paid_not_released(payer: SumUpProcess, till: Till, settler: Settler) -> None:
    order = await a_placed_order()
    await pay(payer, till, order)
    await make_overdue(order.id)

    await settler.sweep()

    assert (await status_of(order), await told("cart.order_released")) == ("paid", 0)
    with pytest.raises(AlreadyPaid):
        await releases.release(till.sumup, order.id)


async def test_money_that_comes_after_the_release_still_counts(payer: SumUpProcess, till: Till) -> None:
    order = await a_placed_order()
    payment = await pay(payer, till, order)
    async with transaction() as session:
        await session.execute(update(Payment).values(checkout_id=None, status="EXPIRED"))
    await releases.release(till.sumup, order.id)
    async with transaction() as session:
        await session.execute(update(Payment).values(checkout_id=payment.checkout_id, status="PENDING"))

    assert till.sumup
    assert payment.checkout_id
    await settlements.settle(till.sumup, payment.checkout_id)

    assert (await status_of(order), await told("cart.order_paid")) == ("paid", 1)
    assert await lines_left() == []


async def test_a_cancelled_order_can_no_longer_be_paid(till: Till) -> None:
    order = await a_placed_order()
    await to_the_page(till, order)
    await in_basket(a_line(quantity=1))

    await releases.release(till.sumup, order.id)

    with pytest.raises(NothingToPay):
        await payments.open_page(till, order.id)
    assert await lines_left() == [("Rye loaf", 3, False)]


async def make_overdue(order_id: int) -> None:
    from datetime import timedelta

    from cart.models import Order
    from shared.utils import utcnow

    async with transaction() as session:
        gone = utcnow() - timedelta(seconds=1)
        await session.execute(update(Order).where(Order.id == order_id).values(pay_until=gone))
