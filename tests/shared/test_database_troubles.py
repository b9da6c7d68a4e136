"""A database that is slow, full or gone is told as "in a moment", and nothing is half done."""

from contextlib import AsyncExitStack

import pytest
from quart import g
from sqlalchemy import text

from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import engine, get_session, transaction
from shared.models import KeyValue
from tests.house import House

SLOW = "SELECT pg_sleep(20)"
WAITS = "UPDATE key_values SET value = '2' WHERE key = 'held'"
FULL = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
SLIP = "SELECT no_such_column"


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    return settings.model_copy(update={"redis_url": valkey.url})


@pytest.fixture
def rooms(house: House) -> House:
    @house.apps["blog"].post("/t/troubles/<kind>/")
    async def trouble(kind: str) -> str:
        g.session.add(KeyValue(key="before", value=1))
        await g.session.flush()
        await g.session.execute(text("SET LOCAL statement_timeout = '100ms'"))
        await g.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        await g.session.execute(text({"slow": SLOW, "waits": WAITS, "full": FULL, "slip": SLIP}[kind]))
        return "done"

    return house


@pytest.mark.parametrize(("kind", "status"), [("slow", 503), ("waits", 503), ("full", 503), ("slip", 500)])
async def test_what_passes_is_told_so_and_nothing_is_kept(rooms: House, kind: str, status: int) -> None:
    async with transaction() as session:
        session.add(KeyValue(key="held", value=1))
    async with transaction() as session:
        await session.execute(text("UPDATE key_values SET value = '1' WHERE key = 'held'"))

        answer = await rooms.client().post(f"/t/troubles/{kind}/")

    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert "pg_sleep" not in answer.text
    assert "<h1" in answer.text
    async with get_session(read_only=True) as session:
        assert await session.get(KeyValue, "before") is None


async def test_when_all_connections_are_taken_kept_pages_go_on(rooms: House) -> None:
    reader = rooms.client()
    kept = await reader.get("/posts/")
    async with AsyncExitStack() as held:
        for _ in range(engine().pool.size() + engine().pool._max_overflow):  # type: ignore[attr-defined]
            await held.enter_async_context(engine().connect())

        again, uncached = await reader.get("/posts/"), await reader.get("/sign-in/nothing/")

    assert (kept.status_code, again.status_code, uncached.status_code) == (200, 200, 503)
    assert again.text == kept.text
    assert uncached.headers["Retry-After"] == "5"
    assert (await reader.get("/sign-in/nothing/")).status_code == 409


async def test_the_last_page_needs_no_style_sheets(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> str:
        raise FileNotFoundError

    monkeypatch.setitem(rooms.apps["blog"].extensions["templates"].globals, "asset", missing)

    answer = await rooms.client().post("/t/troubles/slip/")

    assert answer.status_code == 500
    assert "nothing was half done" in answer.text


async def test_the_last_page_needs_no_templates(rooms: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(rooms.apps["blog"].extensions, "templates")

    answer = await rooms.client().post("/t/troubles/slip/")

    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    for part in (
        '<html lang="en">',
        'name="viewport"',
        "<main>",
        "<h1>Error 500</h1>",
        "nothing was half done",
        'href="/"',
    ):
        assert part in answer.text
