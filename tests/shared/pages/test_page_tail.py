"""One process no longer hears of changes, while everything else about Valkey is well."""

import asyncio
from collections.abc import Callable

from redis import Redis

from rose.supervisor.valkey import Valkey
from tests.house import House
from tests.shared.pages.asking import cache, read, renders


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if true():
                return
            await asyncio.sleep(0)


async def test_a_process_whose_connection_broke_draws_and_listens_again(shelf: House, valkey: Valkey) -> None:
    await read(shelf)
    figures, clock = cache(shelf).figures, cache(shelf).clock
    breaks = figures.breaks

    with Redis.from_url(valkey.url, decode_responses=True) as redis:
        for client in redis.client_list():
            if client["cmd"].startswith("xread"):
                redis.client_kill(client["addr"])
    await until(lambda: figures.breaks > breaks)
    assert figures.tail_broken
    await read(shelf)
    assert renders(shelf) == 2

    await until(lambda: clock.trusted)
    assert not figures.tail_broken
    await read(shelf)
    await read(shelf)
    assert renders(shelf) <= 3


async def test_a_process_that_hears_nothing_draws(shelf: House, valkey: Valkey) -> None:
    await read(shelf)
    clock = cache(shelf).clock

    with Redis.from_url(valkey.url) as redis:
        # Milliseconds; nothing that is asked meanwhile is answered.
        redis.client_pause(2000)
    await until(lambda: not clock.trusted)
    assert "jars: None" in await read(shelf)
    await shelf.client().post("/t/shelf/7/")
    assert "jars: 7" in await read(shelf)
    assert renders(shelf) == 3

    await until(lambda: clock.trusted)
    assert "jars: 7" in await read(shelf)
