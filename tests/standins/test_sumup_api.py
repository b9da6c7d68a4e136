"""The API as a shop's server meets it, by the official SDK where it can say the thing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sumup import AsyncSumup
from sumup.errors import AuthenticationError, BadRequestError, ConflictError, NotFoundError, PermissionDeniedError

from tests.fakes.sumup import FAILS, MERCHANT, SumUpProcess


def wanted(**fields: Any) -> dict[str, Any]:
    return {
        "checkout_reference": uuid4().hex,
        "amount": 12.0,
        "currency": "GBP",
        "merchant_code": MERCHANT,
    } | fields


async def test_a_checkout_is_found_again_by_its_reference(sdk: AsyncSumup):
    made = await sdk.checkouts.create(**wanted(checkout_reference="order-7"))

    found = await sdk.checkouts.list(checkout_reference="order-7")

    assert [checkout.id for checkout in found] == [made.id]
    assert await sdk.checkouts.list(checkout_reference="order-8") == []


async def test_a_reference_is_used_once(sdk: AsyncSumup):
    first = await sdk.checkouts.create(**wanted(checkout_reference="order-9"))
    await sdk.checkouts.deactivate(str(first.id))

    with pytest.raises(ConflictError) as refusal:
        await sdk.checkouts.create(**wanted(checkout_reference="order-9"))

    assert refusal.value.body.error_code == "DUPLICATED_CHECKOUT"


@pytest.mark.parametrize("param", ["checkout_reference", "amount", "currency", "merchant_code"])
def test_a_missing_field_is_named(sumup: SumUpProcess, param: str):
    body = wanted()
    del body[param]

    answer = sumup.call("POST", "/v0.1/checkouts", json=body)

    assert (answer.status_code, answer.json()["error_code"], answer.json()["param"]) == (400, "MISSING", param)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("checkout_reference", "x" * 65),
        ("amount", 0),
        ("amount", -1),
        ("amount", 1.005),
        ("amount", "12.00"),
        ("amount", True),
        ("amount", 1e300),
        ("currency", "EUR"),
        ("valid_until", "tomorrow"),
        ("valid_until", "2020-01-01T00:00:00Z"),
        ("return_url", "javascript:alert(1)"),
        ("redirect_url", "//nowhere"),
        ("purpose", "FUN"),
        ("description", 7),
    ],
)
async def test_a_wrong_field_is_named(sdk: AsyncSumup, field: str, value: object):
    with pytest.raises(BadRequestError) as refusal:
        await sdk.checkouts.create(**wanted(**{field: value}))

    assert (refusal.value.body.error_code, refusal.value.body.param) == ("INVALID", field)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"amount": NaN}', b"[" * 50_000])
def test_what_is_not_json_is_refused(sumup: SumUpProcess, body: bytes):
    assert sumup.call("POST", "/v0.1/checkouts", content=body).status_code == 400


async def test_another_merchants_money_cannot_be_asked_for(sdk: AsyncSumup):
    with pytest.raises(PermissionDeniedError) as refusal:
        await sdk.checkouts.create(**wanted(merchant_code="MOTHER"))

    assert refusal.value.body.error_message == "checkout_payments_not_allowed"


async def test_another_merchants_transactions_cannot_be_read(sdk: AsyncSumup):
    with pytest.raises(PermissionDeniedError):
        await sdk.transactions.list("MOTHER")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}])
def test_a_wrong_key_gets_a_problem(sumup: SumUpProcess, header: dict[str, str]):
    answer = httpx.get(f"{sumup.url}/v0.1/checkouts", headers=header)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "trace_id"} == set(answer.json())


async def test_the_sdk_reads_the_problem(sumup: SumUpProcess):
    async with AsyncSumup(api_key="wrong", base_url=sumup.url, timeout=5.0) as stranger:
        with pytest.raises(AuthenticationError) as refusal:
            await stranger.checkouts.list()

    assert refusal.value.problem is not None


async def test_an_unknown_checkout_is_not_found(sdk: AsyncSumup):
    with pytest.raises(NotFoundError) as refusal:
        await sdk.checkouts.get(str(uuid4()))

    assert refusal.value.body.error_code == "NOT_FOUND"


async def test_an_open_checkout_can_be_changed(sdk: AsyncSumup):
    made = await sdk.checkouts.create(**wanted())

    changed = await sdk.checkouts.update(str(made.id), amount=13.37, description="More carrots")

    assert (changed.amount, changed.description) == (13.37, "More carrots")
    assert changed.checkout_reference == made.checkout_reference


async def test_a_deactivated_checkout_has_expired(sdk: AsyncSumup):
    made = await sdk.checkouts.create(**wanted(valid_until=datetime.now(UTC) + timedelta(hours=1)))

    assert (await sdk.checkouts.deactivate(str(made.id))).status == "EXPIRED"


async def test_a_paid_checkout_can_no_longer_be_stopped_or_changed(sumup: SumUpProcess, sdk: AsyncSumup):
    paid = sumup.paid()

    with pytest.raises(ConflictError) as refusal:
        await sdk.checkouts.deactivate(paid["id"])

    assert refusal.value.body.error_code == "CHECKOUT_PROCESSED"
    assert sumup.call("PATCH", f"/v0.1/checkouts/{paid['id']}", json={"amount": 1}).status_code == 409


async def test_payment_methods_follow_the_currency(sumup: SumUpProcess, sdk: AsyncSumup):
    ours = await sdk.checkouts.list_available_payment_methods(MERCHANT, amount=5.0, currency="GBP")
    theirs = await sdk.checkouts.list_available_payment_methods(MERCHANT, currency="EUR")
    wrong = sumup.call("GET", f"/v0.1/merchants/{MERCHANT}/payment-methods?amount=none")

    assert [method.id for method in ours.available_payment_methods or []] == ["card"]
    assert theirs.available_payment_methods == []
    assert (wrong.status_code, wrong.json()["failed_constraints"][0]["reference"]) == (400, "amount")


async def test_the_merchant_is_a_sandbox(sdk: AsyncSumup):
    merchant = await sdk.merchants.get(MERCHANT)

    assert (merchant.default_currency, merchant.sandbox) == ("GBP", True)


async def test_history_is_paged_by_links(sumup: SumUpProcess, sdk: AsyncSumup):
    start = datetime.now(UTC)
    codes = [sumup.paid()["transaction_code"] for _ in range(3)]

    first = await sdk.transactions.list(MERCHANT, changes_since=start, limit=2)
    link = (first.links or [])[0]
    second = sumup.call("GET", f"/v2.1/merchants/{MERCHANT}/transactions/history?{link.href}").json()

    assert link.rel == "next"
    assert [item.transaction_code for item in first.items or []] == codes[:2]
    assert [item["transaction_code"] for item in second["items"]] == codes[2:]
    assert second["links"] == []


async def test_history_can_be_read_backwards_and_by_status(sumup: SumUpProcess, sdk: AsyncSumup):
    start = datetime.now(UTC)
    sumup.tap(sumup.create(), FAILS)
    codes = [sumup.paid()["transaction_code"] for _ in range(2)]

    page = await sdk.transactions.list(MERCHANT, changes_since=start, order="descending", statuses=["SUCCESSFUL"])

    assert [item.transaction_code for item in page.items or []] == codes[::-1]


async def test_payouts_come_a_day_later_less_the_fee(sumup: SumUpProcess, sdk: AsyncSumup):
    paid = sumup.paid(100.0)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()

    payouts = await sdk.payouts.list(MERCHANT, start_date=tomorrow, end_date=tomorrow)

    ours = next(payout for payout in payouts if payout.transaction_code == paid["transaction_code"])
    assert (ours.amount, ours.fee, ours.type) == (97.5, 2.5, "PAYOUT")


async def test_a_receipt_can_be_fetched_by_code(sumup: SumUpProcess, sdk: AsyncSumup):
    paid = sumup.paid(10.1)

    receipt = await sdk.receipts.get(paid["transaction_code"], mid=MERCHANT)

    assert receipt.transaction_data is not None
    assert (receipt.transaction_data.amount, receipt.transaction_data.transaction_id) == (
        "10.10",
        paid["transaction_id"],
    )
