"""Cart with SumUp's stand-in as a real process: payers tap on its page, and SumUp alone says what was paid."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cart.services.payments import Till
from cart.services.settler import Settler
from shared.config import Settings
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
