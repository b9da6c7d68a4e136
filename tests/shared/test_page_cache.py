"""Kept pages are never older than the last commit that changed them; without a cache, pages are right, only slower."""

from typing import Any

import pytest
from quart import g, request
from redis import Redis
from sqlalchemy import select

from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import EVERYTHING, PageCache, cached, for_strangers_only, invalidate, tag
from shared.browser.app.redis_cacher.stream import STREAM
from shared.config import Settings
from shared.db.session import transaction
from shared.models import KeyValue
from tests.house import House


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def shelf(house: House) -> House:
    """A page that shows one value, a form that changes it, and what must not be kept."""
    app = house.apps["blog"]
    app.extensions["renders"] = 0

    @app.get("/t/shelf/")
    @cached(tags=["shelf"], query=["page"])
    async def show() -> str:
        app.extensions["renders"] += 1
        tag("jar:1")
        heard = [name for name in dict(request.headers) if name not in {"Remote-Addr", "Host"}]
        jars = await g.session.scalar(select(KeyValue.value).where(KeyValue.key == "jars"))
        return f"jars: {jars} page: {request.args.get('page')} heard: {heard} {dict(request.args)} " + "x" * 2000

    @app.post("/t/shelf/<int:jars>/")
    async def change(jars: int) -> Any:
        await g.session.merge(KeyValue(key="jars", value=jars))
        await g.session.flush()
        invalidate(g.session, request.args.get("tag", "shelf"))
        return "ok" if jars < 100 else ("too many", 409)

    @app.get("/t/odd/<kind>/")
    @cached(tags=["odd"])
    async def odd(kind: str) -> Any:
        app.extensions["renders"] += 1
        if kind == "cookie":
            return "cookie", 200, {"Set-Cookie": "a=b; HttpOnly; SameSite=Lax; Path=/"}
        return kind, {"missing": 404, "busy": 503}.get(kind, 200), {"Cache-Control": "no-store"} if kind == "no" else {}

    @app.get("/t/gate/")
    @cached(tags=["gate"])
    async def gate() -> str:
        for_strangers_only()
        return "all of it" if g.user else "the beginning"

    return house


def renders(house: House) -> int:
    count: int = house.apps["blog"].extensions["renders"]
    return count


def cache(house: House, app: str = "blog") -> PageCache:
    found: PageCache = house.apps[app].extensions["page_cache"]
    return found


async def read(house: House, path: str = "/t/shelf/") -> str:
    return (await house.client().get(path)).text


async def test_a_kept_page_is_not_made_again(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"
    assert renders(shelf) == 1


async def test_a_kept_page_carries_the_safe_headers(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/")

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_an_unknown_host_gets_no_kept_page(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().get("/t/shelf/", headers={"Host": "evil.example"})

    assert answer.status_code == 421


@pytest.mark.parametrize(("accepted", "encoding"), [("br, gzip", "br"), ("gzip;q=1, br;q=0", "gzip"), ("", None)])
async def test_a_page_comes_as_the_browser_likes_it(shelf: House, accepted: str, encoding: str | None) -> None:
    plain = await read(shelf)

    answer = await shelf.client().get("/t/shelf/", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.text == plain


async def test_a_browser_that_has_the_page_is_told_so(shelf: House) -> None:
    await read(shelf)
    first = await shelf.client().get("/t/shelf/")

    again = await shelf.client().get("/t/shelf/", headers={"If-None-Match": first.headers["ETag"]})
    otherwise = await shelf.client().get("/t/shelf/", headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert otherwise.status_code == 200


async def test_a_head_has_no_body(shelf: House) -> None:
    await read(shelf)

    answer = await shelf.client().head("/t/shelf/")

    assert (answer.status_code, answer.content, answer.headers["X-Cache"]) == (200, b"", "hit")


async def test_nothing_of_a_request_reaches_a_page_but_its_address(shelf: House) -> None:
    odd = {
        "X-Forwarded-Host": "evil.example",
        "User-Agent": "poison",
        "Cookie": "a=poison",
        "Accept-Language": "poison",
    }

    first = await shelf.client().get("/t/shelf/?utm=poison&page=2", headers=odd)
    second = await shelf.client().get("/t/shelf/?page=2")

    assert "poison" not in first.text
    assert "heard: []" in first.text
    assert second.headers["X-Cache"] == "hit"


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


async def test_the_end_of_a_savepoint_is_no_commit(shelf: House) -> None:
    await read(shelf)
    before = cache(shelf).clock.seen

    async with shelf.apps["blog"].app_context(), transaction() as session:
        async with session.begin_nested():
            invalidate(session, "shelf")
        inside = session.sync_session.info["changed_tags"]

    assert inside == {"shelf"}
    await shelf.deliver()
    assert cache(shelf).clock.seen > before


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


async def test_everything_can_be_thrown_away(shelf: House) -> None:
    await read(shelf)

    async with transaction() as session:
        invalidate(session, EVERYTHING)
    await shelf.deliver()
    await read(shelf)

    assert renders(shelf) == 2


async def test_a_process_that_starts_later_uses_what_others_have_drawn(shelf: House) -> None:
    await read(shelf)
    cache(shelf).shelf.clear()

    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"
    assert (renders(shelf), cache(shelf).figures.l2) == (1, 1)


@pytest.mark.parametrize("kind", ["cookie", "no", "missing", "busy"])
async def test_what_is_not_for_everyone_is_not_kept(shelf: House, kind: str) -> None:
    await read(shelf, f"/t/odd/{kind}/")

    await read(shelf, f"/t/odd/{kind}/")

    assert renders(shelf) == 2


async def test_members_get_the_same_page(shelf: House) -> None:
    await read(shelf)
    browser = await shelf.signed_in(await shelf.member())

    answer = await browser.get("/t/shelf/")

    assert answer.headers["X-Cache"] == "hit"


async def test_behind_a_gate_members_read_on(shelf: House) -> None:
    ann = await shelf.signed_in(await shelf.member())

    pages = [await ann.get("/t/gate/"), await shelf.client().get("/t/gate/"), await ann.get("/t/gate/")]

    assert [page.text for page in pages] == ["all of it", "the beginning", "all of it"]
    assert pages[1].headers["Vary"] == "Cookie"
    assert pages[2].headers["Cache-Control"] == "no-store"


async def test_without_the_cache_pages_are_right(shelf: House, valkey: Valkey) -> None:
    await read(shelf)
    valkey.stop()
    try:
        await shelf.client().post("/t/shelf/6/")

        assert "jars: 6" in await read(shelf)
    finally:
        valkey.start()


async def test_a_new_menu_shows_on_every_page(shelf: House) -> None:
    await read(shelf)

    async with transaction() as session:
        invalidate(session, "menu")
    await shelf.deliver()
    answer = await shelf.client().get("/t/shelf/")

    assert answer.headers["X-Cache"] == "miss"


async def test_those_who_ask_together_wait_for_one_drawing(shelf: House) -> None:
    import asyncio

    await asyncio.gather(*(read(shelf) for _ in range(5)))

    assert renders(shelf) == 1
