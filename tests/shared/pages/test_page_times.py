"""What time alone changes: after a minute drawn again in the background, after eleven no longer shown."""

import time
from collections.abc import Callable

import pytest

from shared.db.session import transaction
from shared.models import KeyValue
from tests.house import House
from tests.shared.pages.asking import cache, read, renders

MINUTE = 60


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """The wall clock says that so many seconds have gone by."""
    real = time.time

    def wait(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return wait


async def fill(jars: int) -> None:
    """Told to nobody, as when a sale begins at a certain hour."""
    async with transaction() as session:
        await session.merge(KeyValue(key="jars", value=jars))


async def landed(house: House) -> None:
    for flight in list(cache(house).flights.under_way.values()):
        await flight


async def test_within_a_minute_nothing_is_drawn_again(shelf: House, pass_time: Callable[[float], None]) -> None:
    await read(shelf)

    pass_time(MINUTE - 5)
    await read(shelf)

    assert (renders(shelf), cache(shelf).figures.refreshed) == (1, 0)


async def test_after_a_minute_it_is_shown_at_once_and_drawn_for_the_next(
    shelf: House, pass_time: Callable[[float], None]
) -> None:
    await read(shelf)
    await fill(9)

    pass_time(MINUTE + 5)
    at_once = await read(shelf)
    await landed(shelf)
    after = await read(shelf)

    assert "jars: None" in at_once
    assert "jars: 9" in after
    assert renders(shelf) == 2


async def test_after_eleven_minutes_nobody_is_shown_it(shelf: House, pass_time: Callable[[float], None]) -> None:
    await read(shelf)
    await fill(9)

    pass_time(11 * MINUTE + 5)

    assert "jars: 9" in await read(shelf)


async def test_what_another_process_drew_is_used_for_a_minute(shelf: House, pass_time: Callable[[float], None]) -> None:
    await read(shelf)
    await fill(9)
    cache(shelf).shelf.clear()

    pass_time(MINUTE + 5)

    assert "jars: 9" in await read(shelf)
