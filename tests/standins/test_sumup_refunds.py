from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sumup import AsyncSumup
from sumup.errors import BadRequestError, ConflictError, NotFoundError

from tests.fakes.sumup import FAILS, MERCHANT, SumUpProcess


@pytest.fixture
def terse(tmp_path: Path) -> Iterator[SumUpProcess]:
    """Answers refunds as the API description says: 204 and nothing."""
    process = SumUpProcess(tmp_path / "state.sqlite", "--refund-answer", "204")
    process.start()
    yield process
    process.stop()


async def test_parts_add_up_to_the_whole_and_no_further(sumup: SumUpProcess, sdk: AsyncSumup):
    paid = sumup.paid(24.5)
    transaction_id = paid["transaction_id"]

    await sdk.transactions.refund(MERCHANT, transaction_id, amount=4.5)
    with pytest.raises(ConflictError) as refusal:
        await sdk.transactions.refund(MERCHANT, transaction_id, amount=20.01)
    await sdk.transactions.refund(MERCHANT, transaction_id)
    with pytest.raises(ConflictError):
        await sdk.transactions.refund(MERCHANT, transaction_id)

    assert refusal.value.problem.title == "CONFLICT"
    transaction = await sdk.transactions.get(MERCHANT, id=transaction_id)
    assert transaction.status == "REFUNDED"
    assert [(event.type, event.amount) for event in transaction.events or []] == [("REFUND", 4.5), ("REFUND", 20.0)]
    assert sumup.get(paid)["status"] == "PAID"


async def test_a_refund_shows_in_the_history(sumup: SumUpProcess, sdk: AsyncSumup):
    paid = sumup.paid(24.5)

    await sdk.transactions.refund(MERCHANT, paid["transaction_id"], amount=4.5)

    page = await sdk.transactions.list(MERCHANT, transaction_code=paid["transaction_code"])
    assert [(item.status, item.refunded_amount) for item in page.items or []] == [("REFUNDED", 4.5)]


@pytest.mark.parametrize("amount", [0, -1, 0.001])
async def test_an_impossible_amount_is_refused(sumup: SumUpProcess, sdk: AsyncSumup, amount: float):
    with pytest.raises(BadRequestError):
        await sdk.transactions.refund(MERCHANT, sumup.paid()["transaction_id"], amount=amount)


async def test_a_payment_that_failed_gives_nothing_back(sumup: SumUpProcess, sdk: AsyncSumup):
    checkout = sumup.create()
    sumup.tap(checkout, FAILS)

    with pytest.raises(ConflictError):
        await sdk.transactions.refund(MERCHANT, sumup.get(checkout)["transactions"][0]["id"])


async def test_an_unknown_payment_gives_nothing_back(sdk: AsyncSumup):
    with pytest.raises(NotFoundError):
        await sdk.transactions.refund(MERCHANT, str(uuid4()))


def test_refunds_can_answer_as_the_description_says(terse: SumUpProcess):
    paid = terse.paid()
    path = f"/v1.0/merchants/{MERCHANT}/payments/{paid['transaction_id']}/refunds"

    full, again = terse.call("POST", path, json={}), terse.call("POST", path, json={})

    assert (full.status_code, full.content) == (204, b"")
    assert (again.status_code, again.json()["error_code"]) == (409, "CONFLICT")
