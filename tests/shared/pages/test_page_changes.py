"""Kept pages are never older than the last commit that changed them."""

import contextlib
from collections.abc import Awaitable, Iterable

import pytest
from redis import Redis

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import EVERYTHING, invalidate
from shared.browser.app.redis_cacher.stream import STREAM
from shared.config import Settings
from shared.db.session import open_session, transaction
from tests.house import House
from tests.shared.pages.asking import cache, read, renders, until


async def test_a_change_shows_at_once(shelf: House) -> None:
    await read(shelf)

    await shelf.client().post("/t/shelf/3/")

    assert "jars: 3" in await read(shelf)


async def test_what_was_found_while_drawing_counts_too(shelf: House) -> None:
    await read(shelf)

    await shelf.client().post("/t/shelf/7/?tag=jar:1")

    assert "jars: 7" in await read(shelf)


async def test_a_change_of_something_else_throws_nothing_away(shelf: House) -> None:
    await read(shelf)

    await shelf.client().post("/t/shelf/8/?tag=jar:2")
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"


async def test_a_change_that_was_refused_throws_nothing_away(shelf: House) -> None:
    await read(shelf)

    await shelf.client().post("/t/shelf/100/")
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"


@pytest.fixture
def told(shelf: House, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What was told at once, without the event."""
    found: list[set[str]] = []
    bump = cache(shelf).bump

    def note(tags: Iterable[str]) -> Awaitable[int]:
        found.append(set(tags))
        return bump(tags)

    monkeypatch.setattr(cache(shelf), "bump", note)
    return found


async def test_the_end_of_a_savepoint_is_no_commit(shelf: House, told: list[set[str]]) -> None:
    async with shelf.apps["blog"].app_context(), transaction() as session:
        async with session.begin_nested():
            invalidate(session, "shelf")
        inside = list(told)

    assert (inside, told) == ([], [{"shelf"}])


async def test_a_savepoint_that_was_undone_takes_only_its_own_changes_with_it(
    shelf: House, told: list[set[str]]
) -> None:
    async with shelf.apps["blog"].app_context(), transaction() as session:
        invalidate(session, "shelf")
        with contextlib.suppress(KeyError):
            async with session.begin_nested():
                invalidate(session, "jar:1")
                raise KeyError

    assert told == [{"shelf"}]


async def test_what_was_undone_is_not_told_with_the_next_commit(shelf: House, told: list[set[str]]) -> None:
    async with shelf.apps["blog"].app_context(), open_session() as session:
        invalidate(session, "shelf")
        await session.connection()
        await session.rollback()
        invalidate(session, "jar:1")
        await session.commit()

    assert told == [{"jar:1"}]


async def test_the_writers_next_page_shows_it_wherever_they_go(shelf: House, settings: Settings) -> None:
    """Another process of the same app has not heard of the change yet."""
    other = House(settings)
    browser = shelf.client()
    behind = cache(other).clock
    await other.client().get("/posts/")

    await browser.post("/t/shelf/3/")
    behind.told = 0
    answer = await other.clients[-1].get("/posts/", headers={"Cookie": f"seen={browser.cookies['seen']}"})

    assert "X-Cache" not in answer.headers
    await other.aclose()


async def test_the_event_repairs_what_a_crash_left(shelf: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await read(shelf)

    async def crash(tags: object) -> int:
        return 0

    with monkeypatch.context() as crashing:
        crashing.setattr(cache(shelf), "bump", crash)
        await shelf.client().post("/t/shelf/4/")
    await shelf.deliver()

    assert "jars: 4" in await read(shelf)


@pytest.mark.parametrize("lost", ["stream", "all"])
async def test_a_half_emptied_cache_shows_nothing_old(shelf: House, valkey: Valkey, lost: str) -> None:
    await read(shelf)
    with Redis.from_url(valkey.url) as redis:
        redis.delete(STREAM) if lost == "stream" else redis.flushall()

    await shelf.client().post("/t/shelf/5/")

    assert "jars: 5" in await read(shelf)


async def test_after_a_flush_nothing_from_before_is_shown(shelf: House, valkey: Valkey) -> None:
    """Nobody knows what was told and flushed before it was heard."""
    await read(shelf)
    clock = cache(shelf).clock
    with Redis.from_url(valkey.url) as redis:
        redis.delete(STREAM)

    await shelf.client().post("/t/shelf/8/?tag=jar:2")
    await until(lambda: clock.told == clock.seen)
    await read(shelf)

    assert renders(shelf) == 2


async def test_everything_can_be_thrown_away(shelf: House) -> None:
    await read(shelf)

    async with transaction() as session:
        invalidate(session, EVERYTHING)
    await shelf.deliver()
    await read(shelf)

    assert renders(shelf) == 2
