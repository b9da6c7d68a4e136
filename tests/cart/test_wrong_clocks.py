"""An app whose clock is five minutes off: what ends, ends by the database's clock, and everything goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from blog.models import EmailChange, EmailUndo
from blog.services import emails
from blog.services.sign_in import secret_of
from cart.services import settlements
from cart.services.payments import Till
from shared.db.session import get_session, transaction
from shared.models import MagicLink, UserSession
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


@pytest.mark.parametrize(("minutes", "is_let_in"), [(12, True), (18, False)])
async def test_a_proof_lasts_a_quarter_of_an_hour_of_the_databases(
    house: House, off: timedelta, minutes: int, *, is_let_in: bool
) -> None:
    browser = await house.signed_in(await house.member())
    async with transaction() as session:
        await session.execute(update(UserSession).values(proved_at=func.now() - timedelta(minutes=minutes)))

    page = await browser.get("/account/erasure/")

    assert (page.url.path == "/account/erasure/") is is_let_in
    await _is_off_by(off)


async def test_who_signs_in_has_proved_it_by_the_databases_clock(house: House, off: timedelta) -> None:
    browser = house.client()
    await browser.post("/sign-in/", data={"email": "ann@example.com"})
    async with get_session(read_only=True) as session:
        link = (await session.scalars(select(MagicLink))).one()

    await browser.post(f"/sign-in/{secret_of(link, key=house.settings.secret_key)}/")

    assert await _is_about(UserSession.proved_at, timedelta(0))
    await _is_off_by(off)


async def test_another_address_is_open_for_an_hour_and_its_way_back_for_a_week(house: House, off: timedelta) -> None:
    browser = await house.signed_in(await house.member())
    await browser.post("/account/email/", data={"email": "new@example.com"})
    async with get_session(read_only=True) as session:
        change = (await session.scalars(select(EmailChange))).one()
    an_hour = await _is_about(EmailChange.expires_at, timedelta(hours=1))

    await browser.post(f"/account/email/{emails.secret_of(change, key=house.settings.secret_key)}/")

    assert an_hour
    assert await _is_about(EmailUndo.expires_at, timedelta(days=7))
    await _is_off_by(off)


async def _is_about(moment: InstrumentedAttribute[Any], later: timedelta) -> bool:
    """Whether the only one there is lies so much later than now, by the database's clock."""
    async with get_session(read_only=True) as session:
        left = await session.scalar(select(moment - func.now()))
    return left is not None and abs(left - later) < timedelta(seconds=30)


async def _is_off_by(off: timedelta) -> None:
    async with get_session(read_only=True) as session:
        now = await session.scalar(select(func.now()))
    assert now is not None
    assert abs(utcnow() - now - off) < timedelta(seconds=30)
