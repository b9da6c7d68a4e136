"""What a payer meets on the payment page, with a browser that runs no scripts."""

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sumup import AsyncSumup

from tests.fakes.listener import Listener
from tests.fakes.sumup import ASKS, FAILS, MERCHANT, PAYS, SumUpProcess

BACK = "http://127.0.0.1:9/orders/7?token=a%20b"


async def test_a_card_that_pays_ends_in_the_shop_and_the_shop_is_told(sumup: SumUpProcess, sdk: AsyncSumup):
    with Listener() as shop:
        checkout = await sdk.checkouts.create(
            checkout_reference=uuid4().hex,
            amount=10.1,
            currency="GBP",
            merchant_code=MERCHANT,
            redirect_url=BACK,
            return_url=shop.url,
            hosted_checkout={"enabled": True},
        )

        answer = sumup.tap({"hosted_checkout_url": checkout.hosted_checkout_url})
        answered_at = time.time()

        assert (answer.status_code, answer.headers["location"]) == (303, BACK)
        assert shop.wait() == [{"event_type": "CHECKOUT_STATUS_CHANGED", "id": checkout.id}]
        assert shop.moments[0] > answered_at
    paid = await sdk.checkouts.get(str(checkout.id))
    assert (paid.status, paid.amount, paid.currency) == ("PAID", 10.1, "GBP")
    transaction = await sdk.transactions.get(MERCHANT, id=str(paid.transaction_id))
    assert (transaction.status, transaction.amount) == ("SUCCESSFUL", 10.1)
    assert transaction.transaction_code == paid.transaction_code


def test_a_declined_card_can_be_followed_by_one_that_pays(sumup: SumUpProcess):
    checkout = sumup.create(redirect_url=BACK)

    declined = sumup.tap(checkout, FAILS)

    assert declined.headers["location"] == f"/pay/{checkout['id']}"
    assert sumup.get(checkout)["status"] == "FAILED"
    assert "was declined and nothing was taken" in httpx.get(checkout["hosted_checkout_url"]).text
    assert sumup.tap(checkout, PAYS).headers["location"] == BACK
    after = sumup.get(checkout)
    assert (after["status"], [attempt["status"] for attempt in after["transactions"]]) == (
        "PAID",
        ["FAILED", "SUCCESSFUL"],
    )


@pytest.mark.parametrize("amount", [42.01, 42.76, 42.91])
def test_some_amounts_are_always_declined(sumup: SumUpProcess, amount: float):
    checkout = sumup.create(amount)

    sumup.tap(checkout, PAYS)

    assert sumup.get(checkout)["status"] == "FAILED"


@pytest.mark.parametrize(("answer", "status"), [("approve", "PAID"), ("decline", "FAILED")])
def test_a_bank_that_asks_decides(sumup: SumUpProcess, answer: str, status: str):
    checkout = sumup.create(redirect_url=BACK)

    challenge = sumup.tap(checkout, ASKS)

    assert sumup.get(checkout)["status"] == "PENDING"
    assert "bank wants to be sure" in httpx.get(f"{sumup.url}{challenge.headers['location']}").text
    sumup.answer_bank(challenge, answer)
    assert sumup.get(checkout)["status"] == status


def test_a_bank_that_is_answered_twice_takes_the_money_once(sumup: SumUpProcess):
    checkout = sumup.create(redirect_url=BACK)
    challenge = sumup.tap(checkout, ASKS)

    answers = [sumup.answer_bank(challenge, "approve"), sumup.answer_bank(challenge, "approve")]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [attempt["status"] for attempt in sumup.get(checkout)["transactions"]] == ["SUCCESSFUL"]


def test_a_form_sent_twice_pays_once(sumup: SumUpProcess):
    checkout = sumup.create()

    sumup.tap(checkout)
    again = sumup.tap(checkout)

    assert again.headers["location"] == f"/pay/{checkout['id']}"
    assert len(sumup.get(checkout)["transactions"]) == 1


def test_the_page_offers_a_way_back_without_paying(sumup: SumUpProcess):
    checkout = sumup.create(redirect_url=BACK, description="<b>Carrots</b>")

    page = httpx.get(checkout["hosted_checkout_url"])

    assert f'href="{BACK}"' in page.text
    assert "&lt;b&gt;Carrots" in page.text
    assert "<script" not in page.text


def test_a_real_card_is_refused_and_not_kept(sumup: SumUpProcess):
    checkout = sumup.create()
    typed = {"name": "Ann", "number": "4111 1111 1111 1111", "expiry": "12/39", "code": "123"}

    page = httpx.post(checkout["hosted_checkout_url"], data=typed)

    assert page.status_code == 422
    assert "never type a real card" in page.text
    assert "1111" not in page.text
    assert sumup.get(checkout)["transactions"] == []


def test_a_typed_test_card_pays(sumup: SumUpProcess):
    checkout = sumup.create()
    typed = {"name": "Ann", "number": "5200 0000 0000 0007", "expiry": "12/39", "code": "123"}

    httpx.post(checkout["hosted_checkout_url"], data=typed)

    assert sumup.get(checkout)["status"] == "PAID"


def test_after_valid_until_the_page_is_closed(sumup: SumUpProcess):
    checkout = sumup.expired()

    assert checkout["status"] == "EXPIRED"
    assert sumup.tap(checkout).status_code == 303
    assert httpx.get(checkout["hosted_checkout_url"]).status_code == 410
    assert sumup.get(checkout)["transactions"] == []


def test_a_page_left_open_too_long_closes_though_the_checkout_waits(tmp_path: Path):
    sumup = SumUpProcess(tmp_path / "state.sqlite", "--page-minutes", "0")
    sumup.start()
    try:
        checkout = sumup.create()

        assert httpx.get(checkout["hosted_checkout_url"]).status_code == 410
        sumup.tap(checkout)
        assert sumup.get(checkout)["status"] == "PENDING"
    finally:
        sumup.stop()


def test_an_unknown_payment_is_a_page(sumup: SumUpProcess):
    page = httpx.get(f"{sumup.url}/pay/{uuid4()}")

    assert page.status_code == 404
    assert "There is no such payment" in page.text


def test_the_control_page_shows_what_happened(sumup: SumUpProcess):
    checkout = sumup.paid()

    page = httpx.get(sumup.url).text

    assert checkout["checkout_reference"] in page
    assert checkout["transaction_code"] in page
