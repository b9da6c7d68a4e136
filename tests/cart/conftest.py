"""Cart with SumUp's stand-in as a real process: payers tap on its page, and SumUp alone says what was paid."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cart.models import Order
from cart.services import settlements
from cart.services.payments import Till
from cart.services.settler import Settler
from shared.config import Settings
from shared.db.session import transaction
from tests.cart.tills import pay
from tests.cart.visitors import Shop, Visitor, the_order
from tests.factories.events import a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.fakes.sumup import API_KEY, MERCHANT, SumUpProcess
from tests.house import House, settings_for


@pytest.fixture(scope="session")
def payer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SumUpProcess]:
    process = SumUpProcess(tmp_path_factory.mktemp("sumup") / "state.sqlite")
    process.start()
    yield process
    process.stop()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, payer: SumUpProcess) -> Settings:
    account = {"api_key": API_KEY, "merchant_code": MERCHANT, "base_url": payer.url}
    return settings_for(database_url, home=tmp_path, sumup=account)


@pytest.fixture
async def house(house: House) -> AsyncIterator[House]:
    yield house
    await house.apps["cart"].extensions["till"].sumup.aclose()


@pytest.fixture
def till(house: House) -> Till:
    found: Till = house.apps["cart"].extensions["till"]
    return found


@pytest.fixture
def settler(house: House, till: Till) -> Settler:
    found: Settler = house.apps["cart"].extensions["settler"]
    return found


@pytest.fixture
async def at_work(settler: Settler) -> AsyncIterator[Settler]:
    """The settler as it runs in the background of a serving app."""
    task = asyncio.create_task(settler.run())
    yield settler
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def shop(house: House) -> Shop:
    async with transaction() as session:
        loaf = await a_product(session, price=420, on_hand=10, vat_rate=0)
        entry = await an_entry(session, title="Barn concert")
        concert = await a_ticket_type(session, entry=entry, price=1200, capacity=10)
    return Shop(loaf, concert, f"/entries/{entry.id}-{entry.slug}/")


@pytest.fixture
def visitor(house: House, shop: Shop) -> Visitor:
    return Visitor(house, shop)


@pytest.fixture
async def order(house: House, visitor: Visitor, payer: SumUpProcess, till: Till) -> Order:
    """Two loaves and two tickets, paid for."""
    await visitor.choose(loaves=2, places=2)
    await visitor.order()
    placed = await the_order()
    payment = await pay(payer, till, placed)
    assert till.sumup
    assert payment.checkout_id
    await settlements.settle(till.sumup, payment.checkout_id)
    await house.deliver()
    return placed
