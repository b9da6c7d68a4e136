"""One process no longer hears of changes, while everything else about Valkey is well."""

from redis import Redis

from rose.supervisor.ports import free_port
from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher.stream import RUN, STREAM
from shared.browser.app.redis_cacher.valkey import Link
from tests.house import House
from tests.shared.pages.asking import cache, read, renders, until


def hang_up(redis: "Redis") -> None:
    """On all who wait for a change."""
    for client in redis.client_list():
        if client["cmd"].startswith("xread"):
            redis.client_kill(client["addr"])


async def test_a_process_whose_connection_broke_draws_and_listens_again(shelf: House, valkey: Valkey) -> None:
    await read(shelf)
    figures, clock = cache(shelf).figures, cache(shelf).clock
    breaks = figures.breaks

    with Redis.from_url(valkey.url, decode_responses=True) as redis:
        hang_up(redis)
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
    # It does not wait until the client has given up, either.
    assert not cache(shelf).figures.tail_broken
    assert "jars: None" in await read(shelf)
    await shelf.client().post("/t/shelf/7/")
    assert "jars: 7" in await read(shelf)
    assert renders(shelf) == 3

    await until(lambda: clock.trusted)
    assert "jars: 7" in await read(shelf)


async def test_a_server_that_came_back_as_another_is_not_believed(shelf: House, valkey: Valkey) -> None:
    """It may have less than it had: what was told in between is lost."""
    await read(shelf)
    figures, clock = cache(shelf).figures, cache(shelf).clock
    breaks = figures.breaks

    with Redis.from_url(valkey.url, decode_responses=True) as redis:
        redis.set(RUN, "the one before")
        hang_up(redis)
    await until(lambda: figures.breaks > breaks and clock.trusted)
    await read(shelf)

    assert renders(shelf) == 2


async def test_a_change_that_could_not_be_told_is_shown_here_and_told_as_soon_as_it_can(
    shelf: House, valkey: Valkey
) -> None:
    await read(shelf)
    found = cache(shelf)
    found.tail.joined, well = False, found.link
    found.link = Link(f"redis://127.0.0.1:{free_port()}/0")

    await shelf.client().post("/t/shelf/7/")
    shown = await read(shelf)
    await until(lambda: not found.clock.owed)
    await found.link.aclose()
    found.link = well

    assert "jars: 7" in shown
    with Redis.from_url(valkey.url, decode_responses=True) as redis:
        assert redis.xrevrange(STREAM, count=1)[0][1] == {"t": "shelf"}
