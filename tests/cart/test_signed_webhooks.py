"""A shop that was given SumUp's secret: what is not signed with it is not even a hint."""

import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cart.models import Order, Payment
from cart.services.payments import Till
from cart.services.settler import Settler
from shared.browser.app.payments.sumup import SIGNATURE
from shared.config import Settings
from shared.db.session import transaction
from shared.utils import utcnow
from tests.cart.tills import pay, status_of, to_the_page
from tests.factories.cart import a_placed_order
from tests.fakes.sumup import API_KEY, MERCHANT, SumUpProcess
from tests.house import House, settings_for

SECRET = "whsec_canary"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, payer: SumUpProcess) -> Settings:
    account = {"api_key": API_KEY, "merchant_code": MERCHANT, "base_url": payer.url, "webhook_secret": SECRET}
    return settings_for(database_url, home=tmp_path, sumup=account)


def told(checkout_id: str, kind: str = "checkouts.paid") -> bytes:
    return json.dumps({"id": "e", "type": kind, "object": {"id": checkout_id, "type": "checkout"}}).encode()


def signature(body: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    stamp = str(int(utcnow().timestamp()) - age)
    return f"t={stamp},v1={hmac.new(secret.encode(), f'v1:{stamp}:'.encode() + body, hashlib.sha256).hexdigest()}"


async def paid_and_not_yet_looked_at(payer: SumUpProcess, till: Till) -> tuple[Order, str]:
    order = await a_placed_order()
    payment = await pay(payer, till, order)
    async with transaction() as session:
        await session.execute(update(Payment).values(next_check_at=utcnow() + timedelta(hours=1)))
    return order, payment.checkout_id or ""


async def test_only_what_is_signed_is_looked_into(
    house: House, payer: SumUpProcess, till: Till, settler: Settler
) -> None:
    order, checkout = await paid_and_not_yet_looked_at(payer, till)
    sumup, url, body = house.client(), house.url("cart", "/webhooks/sumup/"), told(checkout)
    unsigned = b'{"event_type": "CHECKOUT_STATUS_CHANGED", "id": "%s"}' % checkout.encode()

    refused = [
        await sumup.post(url, content=unsigned),
        await sumup.post(url, content=body),
        await sumup.post(url, content=body, headers={SIGNATURE: signature(body, secret="other")}),
        await sumup.post(url, content=body, headers={SIGNATURE: signature(body, age=400)}),
        await sumup.post(url, content=body + b" ", headers={SIGNATURE: signature(body)}),
    ]
    await settler.step()
    before = await status_of(order)
    taken = await sumup.post(url, content=body, headers={SIGNATURE: signature(body)})
    await settler.step()

    assert {answer.status_code for answer in refused} == {403}
    assert (before, taken.status_code, await status_of(order)) == ("placed", 204, "paid")


async def test_a_signed_message_is_no_proof(house: House, payer: SumUpProcess, till: Till, settler: Settler) -> None:
    order = await a_placed_order()
    payment = await to_the_page(till, order)
    body = told(payment.checkout_id or "")

    answer = await house.client().post(
        house.url("cart", "/webhooks/sumup/"), content=body, headers={SIGNATURE: signature(body)}
    )
    await settler.step()

    assert (answer.status_code, await status_of(order)) == (204, "placed")
    assert payer.call("GET", f"/v0.1/checkouts/{payment.checkout_id}").json().get("return_url") is None
