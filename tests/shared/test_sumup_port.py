"""The shop's side of SumUp, against the stand-in as a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.browser.app.payments import wire
from shared.browser.app.payments.sumup import (
    BalanceTooLow,
    Checkout,
    CheckoutDiffers,
    PaymentsUnavailable,
    PaymentsUnreachable,
    PaymentUnknown,
    RefundRefused,
    SumUp,
)
from tests.fakes.sumup import API_KEY, FAILS, MERCHANT, SumUpProcess


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SumUpProcess]:
    process = SumUpProcess(tmp_path_factory.mktemp("sumup") / "state.sqlite")
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def sumup(process: SumUpProcess) -> AsyncIterator[SumUp]:
    port = SumUp(api_key=API_KEY, merchant_code=MERCHANT, base_url=process.url)
    yield port
    await port.aclose()


async def create(sumup: SumUp, reference: str | None = None, amount: int = 2450) -> Checkout:
    return await sumup.create_checkout(
        reference=reference or uuid4().hex,
        amount=amount,
        currency="GBP",
        description="Order 7",
        redirect_url="http://localhost:8002/orders/7/",
        return_url="http://localhost:9/sumup",
        valid_until=datetime.now(UTC) + timedelta(minutes=30),
    )


def pay(process: SumUpProcess, checkout: Checkout, *cards: str) -> None:
    for card in cards or ["4200000000000091"]:
        process.tap({"hosted_checkout_url": checkout.hosted_url}, card)


class Fault(httpx.AsyncBaseTransport):
    """The network between us and SumUp, as it should not be."""

    def __init__(self, trouble: Callable[[httpx.Request, httpx.Response], httpx.Response]) -> None:
        self.trouble = trouble
        self.requests: list[str] = []
        self.way = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request.method)
        response = await self.way.handle_async_request(request)
        await response.aread()
        return self.trouble(request, response)

    async def aclose(self) -> None:
        await self.way.aclose()


@pytest.fixture
async def troubled(process: SumUpProcess) -> AsyncIterator[Callable[[Any], SumUp]]:
    ports: list[SumUp] = []

    def build(transport: httpx.AsyncBaseTransport) -> SumUp:
        client = httpx.AsyncClient(transport=transport)
        ports.append(SumUp(api_key=API_KEY, merchant_code=MERCHANT, base_url=process.url, client=client))
        return ports[-1]

    yield build
    for port in ports:
        await port.aclose()


def answering(status: int, body: object = None) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(status, json=body))


async def test_a_checkout_is_created_paid_and_seen_as_paid(process: SumUpProcess, sumup: SumUp):
    checkout = await create(sumup, "order-7-1")
    pay(process, checkout)

    paid = await sumup.get_checkout(checkout.id)

    assert (checkout.status, checkout.transaction_id) == ("PENDING", None)
    assert checkout.hosted_url == f"{process.url}/pay/{checkout.id}"
    assert (paid.status, paid.reference, paid.amount, paid.currency) == ("PAID", "order-7-1", 2450, "GBP")
    transaction = await sumup.transaction(str(paid.transaction_id))
    assert (transaction.code, transaction.status) == (paid.transaction_code, "SUCCESSFUL")
    assert (transaction.amount, transaction.refunded) == (2450, 0)


async def test_a_declined_card_is_seen_as_failed(process: SumUpProcess, sumup: SumUp):
    checkout = await create(sumup)
    pay(process, checkout, FAILS)

    assert (await sumup.get_checkout(checkout.id)).status == "FAILED"


async def test_the_same_reference_gives_the_same_checkout(sumup: SumUp):
    first, second = await create(sumup, "order-8-1"), await create(sumup, "order-8-1")

    assert first == second == await sumup.find_checkout("order-8-1")


async def test_the_same_reference_for_other_money_is_refused(sumup: SumUp):
    await create(sumup, "order-9-1", 1000)

    with pytest.raises(CheckoutDiffers):
        await create(sumup, "order-9-1", 1001)


async def test_a_checkout_that_was_made_while_the_line_broke_is_adopted(troubled: Callable[[Any], SumUp]):
    def cut(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method == "POST":
            raise httpx.ReadTimeout("too late", request=request)
        return response

    checkout = await create(troubled(Fault(cut)), "order-10-1")

    assert (checkout.status, checkout.reference) == ("PENDING", "order-10-1")


async def test_what_cannot_be_reached_was_not_asked(tmp_path: Path):
    nobody = SumUp(api_key=API_KEY, merchant_code=MERCHANT, base_url="http://127.0.0.1:9")

    with pytest.raises(PaymentsUnreachable):
        await create(nobody)

    await nobody.aclose()


async def test_a_service_that_hangs_is_not_waited_for(
    troubled: Callable[[Any], SumUp], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(wire, "TOTAL_SECONDS", 0.05)

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(PaymentsUnavailable):
        await troubled(httpx.MockTransport(hang)).get_checkout("c-1")


async def test_a_question_is_asked_again_once(troubled: Callable[[Any], SumUp], sumup: SumUp):
    checkout = await create(sumup)
    troubles = [httpx.Response(503)]
    network = Fault(lambda _, response: troubles.pop() if troubles else response)

    assert await troubled(network).get_checkout(checkout.id) == checkout
    assert network.requests == ["GET", "GET"]


async def test_money_is_sent_once(process: SumUpProcess, troubled: Callable[[Any], SumUp], sumup: SumUp):
    paid = process.paid()
    network = Fault(lambda *_: httpx.Response(502))

    with pytest.raises(PaymentsUnavailable):
        await troubled(network).refund(paid["transaction_id"], None)

    assert network.requests == ["POST"]
    assert (await sumup.transaction(paid["transaction_id"])).refunded == 2450


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_service_that_cannot_serve_is_unavailable(troubled: Callable[[Any], SumUp], status: int):
    with pytest.raises(PaymentsUnavailable):
        await create(troubled(answering(status, {"error_code": "NOPE"})))


@pytest.mark.parametrize("body", [None, [], {"id": "c"}, {"id": "c", "amount": "much"}])
async def test_an_answer_that_makes_no_sense_is_no_answer(troubled: Callable[[Any], SumUp], body: object):
    with pytest.raises(PaymentsUnavailable):
        await troubled(answering(200, body)).get_checkout("c-1")


async def test_unknown_fields_and_statuses_decide_nothing(troubled: Callable[[Any], SumUp]):
    body = {"id": "c", "checkout_reference": "r", "status": "THINKING", "amount": 10.099999999999998}
    body |= {"currency": "GBP", "mood": {"good": True}}

    checkout = await troubled(answering(200, body)).get_checkout("c")

    assert (checkout.status, checkout.amount) == ("PENDING", 1010)


async def test_a_deactivated_checkout_cannot_be_paid(process: SumUpProcess, sumup: SumUp):
    checkout = await create(sumup)

    assert (await sumup.deactivate(checkout.id)).status == "EXPIRED"
    pay(process, checkout)
    assert (await sumup.get_checkout(checkout.id)).status == "EXPIRED"


async def test_deactivating_too_late_tells_that_the_money_came(process: SumUpProcess, sumup: SumUp):
    checkout = await create(sumup)
    pay(process, checkout)

    late = await sumup.deactivate(checkout.id)

    assert late.status == "PAID"
    assert late.transaction_id


@pytest.mark.parametrize("identifier", ["no-such", "../merchants", "a?b=c", "..", ""])
async def test_an_unknown_id_is_unknown(sumup: SumUp, identifier: str):
    with pytest.raises(PaymentUnknown):
        await sumup.get_checkout(identifier)


async def test_a_transaction_that_is_not_there_yet_is_unknown(sumup: SumUp):
    with pytest.raises(PaymentUnknown):
        await sumup.transaction(str(uuid4()))


async def test_refunds_in_parts_stop_at_the_whole(process: SumUpProcess, sumup: SumUp):
    paid = process.paid(24.5)["transaction_id"]

    await sumup.refund(paid, 450)
    with pytest.raises(RefundRefused):
        await sumup.refund(paid, 2001)
    await sumup.refund(paid, None)
    with pytest.raises(RefundRefused):
        await sumup.refund(paid)

    assert (await sumup.transaction(paid)).refunded == 2450


async def test_a_refund_may_answer_with_nothing(tmp_path: Path):
    terse = SumUpProcess(tmp_path / "state.sqlite", "--refund-answer", "204")
    terse.start()
    sumup = SumUp(api_key=API_KEY, merchant_code=MERCHANT, base_url=terse.url)
    try:
        paid = terse.paid()["transaction_id"]

        await sumup.refund(paid, 450)

        assert (await sumup.transaction(paid)).refunded == 450
        with pytest.raises(RefundRefused):
            await sumup.refund(paid, 2450)
    finally:
        await sumup.aclose()
        terse.stop()


async def test_an_empty_account_is_told_apart(troubled: Callable[[Any], SumUp]):
    with pytest.raises(BalanceTooLow):
        await troubled(answering(409, {"error_code": "NOT_ENOUGH_BALANCE"})).refund("t-1")


async def test_nothing_of_a_payment_reaches_the_log(
    troubled: Callable[[Any], SumUp], capsys: pytest.CaptureFixture[str]
):
    body = {"error_code": "NOPE", "message": "ann@example.org 4200000000000091"}

    with pytest.raises(PaymentsUnavailable):
        await create(troubled(answering(500, body)), "order-secret")

    shown = "".join(capsys.readouterr())
    assert "sumup_unusable" in shown
    assert not any(secret in shown for secret in ("ann@", "4200", "order-secret", API_KEY))
