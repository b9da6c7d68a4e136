"""An app whose clock is five minutes off: what ends, ends by the database's clock, and everything goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from blog.services.sign_in import secret_of
from cart.services import settlements
from cart.services.payments import Till
from shared.db.session import get_session, transaction
from shared.models import MagicLink
from shared.utils import utcnow
from tests.cart.tills import pay, status_of
from tests.cart.visitors import Visitor, the_order
from tests.fakes.sumup import SumUpProcess
from tests.house import House


@pytest.fixture(params=[-5, 5], ids=["slow", "fast"])
def off(request: pytest.FixtureRequest) -> Iterator[timedelta]:
    by = timedelta(minutes=request.param)
    with time_machine.travel(datetime.now(UTC) + by, tick=True):
        yield by


async def test_it_sells_as_ever(
    house: House, visitor: Visitor, payer: SumUpProcess, till: Till, off: timedelta
) -> None:
    await visitor.choose(loaves=2, places=2)
    await visitor.order()
    order = await the_order()
    payment = await pay(payer, till, order)
    assert till.sumup
    assert payment.checkout_id
    await settlements.settle(till.sumup, payment.checkout_id)
    await house.deliver()

    assert await status_of(order) == "paid"
    await _is_off_by(off)


async def test_a_link_lasts_ten_minutes_of_the_databases(house: House, off: timedelta) -> None:
    browser, late = house.client(), house.client()
    for asking in (browser, late):
        await asking.post("/sign-in/", data={"email": "ann@example.com"})
    async with transaction() as session:
        first, second = (await session.scalars(select(MagicLink).order_by(MagicLink.id))).all()
        second.expires_at = func.now()
    used = await browser.post(f"/sign-in/{secret_of(first, key=house.settings.secret_key)}/")
    refused = await late.post(f"/sign-in/{secret_of(second, key=house.settings.secret_key)}/")

    assert (used.status_code, refused.status_code) == (200, 409)
    assert "Sign out" in (await browser.get("/account/")).text
    await _is_off_by(off)


async def _is_off_by(off: timedelta) -> None:
    async with get_session(read_only=True) as session:
        now = await session.scalar(select(func.now()))
    assert now is not None
    assert abs(utcnow() - now - off) < timedelta(seconds=30)
