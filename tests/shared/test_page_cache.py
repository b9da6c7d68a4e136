"""Kept pages are never older than the last commit that changed them; without a cache, pages are right, only slower."""

from collections.abc import Iterator

import pytest
from quart import g
from redis import Redis
from sqlalchemy import select

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import STATE, cached, invalidate
from shared.config import Settings
from shared.db.session import transaction
from shared.models import KeyValue
from tests.house import House


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    Redis.from_url(valkey.url).flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def shelf(house: House) -> House:
    """A page that shows one value, and a form that changes it."""
    app = house.apps["blog"]
    app.extensions["renders"] = 0

    @app.get("/t/shelf/")
    @cached(tags=["shelf"])
    async def show() -> str:
        app.extensions["renders"] += 1
        return f"jars: {await g.session.scalar(select(KeyValue.value).where(KeyValue.key == 'jars'))}"

    @app.post("/t/shelf/<int:jars>/")
    async def change(jars: int) -> str:
        await g.session.merge(KeyValue(key="jars", value=jars))
        await g.session.flush()
        invalidate(g.session, "shelf")
        return "ok" if jars < 100 else ("too many", 409)  # type: ignore[return-value]

    return house


async def read(house: House) -> str:
    return (await house.client().get("/t/shelf/")).text


async def fill(house: House) -> None:
    """The first visit finds a cache without an epoch and begins one; the second keeps the page."""
    await read(house)
    await read(house)


async def test_a_kept_page_is_not_made_again(shelf: House) -> None:
    await fill(shelf)

    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"
    assert shelf.apps["blog"].extensions["renders"] == 2


async def test_a_change_shows_at_once(shelf: House) -> None:
    await fill(shelf)

    await shelf.client().post("/t/shelf/3/")

    assert await read(shelf) == "jars: 3"


async def test_a_change_that_was_refused_throws_nothing_away(shelf: House) -> None:
    await fill(shelf)

    await shelf.client().post("/t/shelf/100/")
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"


async def test_the_event_repairs_what_a_crash_left(shelf: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(shelf)
    cache = shelf.apps["blog"].extensions["page_cache"]
    with monkeypatch.context() as crash:
        crash.setattr(cache, "redis", None)
        await shelf.client().post("/t/shelf/4/")

    await shelf.deliver()

    assert await read(shelf) == "jars: 4"


async def test_a_half_emptied_cache_shows_nothing_old(shelf: House, valkey: Valkey) -> None:
    await fill(shelf)
    Redis.from_url(valkey.url).delete(STATE)

    await shelf.client().post("/t/shelf/5/")

    assert await read(shelf) == "jars: 5"


async def test_a_visitor_with_a_session_gets_a_page_of_their_own(shelf: House) -> None:
    await fill(shelf)
    browser = await shelf.signed_in(await shelf.member())

    answer = await browser.get("/t/shelf/")

    assert "X-Cache" not in answer.headers


async def test_without_the_cache_pages_are_right(shelf: House, valkey: Valkey) -> None:
    await fill(shelf)
    valkey.stop()
    try:
        await shelf.client().post("/t/shelf/6/")

        assert await read(shelf) == "jars: 6"
    finally:
        valkey.start()


async def test_a_new_menu_shows_on_every_page(shelf: House) -> None:
    await fill(shelf)

    async with transaction() as session:
        invalidate(session, "menu")
    await shelf.deliver()
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "miss"
