"""The stream of changes loses its beginning, or all of it; the clock of those who follow it stays right."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import stream
from shared.browser.app.redis_cacher.clock import Clock, to_moment
from shared.db.valkey import connect


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator["Redis"]:
    found = connect(valkey.url, text=True)
    await found.flushall()
    yield found
    await found.aclose()


async def follow(redis: "Redis", clock: Clock) -> None:
    await stream.join(redis, clock)
    while await stream.read(redis, clock, wait_ms=None):
        pass


async def test_whoever_missed_what_is_no_longer_there_knows_that_they_know_nothing(redis: "Redis") -> None:
    clock = Clock()
    await follow(redis, clock)
    drawn = clock.seen
    await stream.add(redis, ["shelf"], seen=drawn)
    await stream.add(redis, ["menu"], seen=drawn)
    await redis.xtrim(stream.STREAM, maxlen=1, approximate=False)

    await follow(redis, clock)

    assert not clock.good(drawn, ["shelf"])


async def test_whoever_comes_back_in_time_throws_nothing_away_without_need(redis: "Redis") -> None:
    clock = Clock()
    await follow(redis, clock)
    drawn = clock.seen
    await stream.add(redis, ["menu"], seen=drawn)

    await follow(redis, clock)

    assert clock.good(drawn, ["shelf"])
    assert not clock.good(drawn, ["menu"])


async def test_a_stream_that_begins_again_goes_on_after_what_was_seen(redis: "Redis") -> None:
    """Whatever the wall clock of the server says."""
    seen = to_moment("9999999999999-3")

    assert await stream.add(redis, ["shelf"], seen=seen) > seen
