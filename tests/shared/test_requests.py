"""One request: whose it is, what it may change, and what comes back when it may not."""

import httpx
import pytest
from quart import g
from sqlalchemy import select

from shared.browser.app.authz import require, require_user
from shared.browser.app.csrf import allowed
from shared.browser.app.utils.htmx import see_other
from shared.db.session import get_session
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from shared.models import KeyValue, Role, User
from tests.house import ORIGINS, House

TRUSTED = frozenset(ORIGINS.values())
BLOG, EVIL = ORIGINS["blog"], "https://evil.example"


@pytest.mark.parametrize(
    ("origin", "site", "has_session", "expected"),
    [
        (BLOG, "same-origin", True, True),
        (None, "same-origin", True, True),
        (None, "none", True, True),
        (ORIGINS["cart"], "same-site", True, True),
        ("http://localhost:9999", "same-site", True, False),
        (EVIL, "cross-site", True, False),
        (None, "cross-site", True, False),
        (BLOG, None, True, True),
        (BLOG.replace("http", "https"), None, True, False),
        (EVIL, None, True, False),
        ("null", None, True, False),
        (None, None, True, False),
        (None, None, False, True),
    ],
)
def test_who_may_change_something(origin: str | None, site: str | None, has_session: bool, expected: bool) -> None:
    assert allowed(origin, site, trusted=TRUSTED, has_session=has_session) is expected


@pytest.fixture
def rooms(house: House) -> House:
    """The blog with a few doors to try."""
    app = house.apps["blog"]

    @app.post("/t/write/<key>/")
    async def write(key: str) -> object:
        g.session.add(KeyValue(key=key, value=1))
        if key == "refused":
            raise Conflict("Taken already.")
        return await see_other("/healthz")

    @app.get("/t/write-on-get/")
    async def write_on_get() -> str:
        g.session.add(KeyValue(key="get", value=1))
        await g.session.flush()
        return "written"

    @app.get("/t/error/<kind>/")
    async def fail(kind: str) -> str:
        raise {
            "notfound": NotFound(),
            "conflict": Conflict("Somebody was faster."),
            "invalid": Invalid(),
            "away": Unavailable(),
            "bug": ZeroDivisionError("secret detail"),
        }[kind]

    @app.get("/t/members/")
    @require_user
    async def members() -> str:
        return f"hello {g.user.name}"

    @app.get("/t/admins/")
    @require(Role.EDITOR)
    async def admins() -> str:
        return "the engine room"

    return house


async def stored(house: House) -> list[str]:
    async with get_session(read_only=True) as session:
        return list(await session.scalars(select(KeyValue.key)))


async def test_a_request_that_succeeds_is_committed(rooms: House) -> None:
    await rooms.client().post("/t/write/kept/")

    assert await stored(rooms) == ["kept"]


async def test_a_request_that_is_refused_changes_nothing(rooms: House) -> None:
    answer = await rooms.client().post("/t/write/refused/")

    assert answer.status_code == 409
    assert "Taken already." in answer.text
    assert await stored(rooms) == []


async def test_a_get_cannot_write(rooms: House) -> None:
    answer = await rooms.client().get("/t/write-on-get/")

    assert answer.status_code == 500
    assert await stored(rooms) == []


async def test_another_site_cannot_post(rooms: House) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}

    answer = await rooms.client().post("/t/write/evil/", headers=headers)

    assert answer.status_code == 403
    assert await stored(rooms) == []


@pytest.mark.parametrize(
    ("kind", "status"), [("notfound", 404), ("conflict", 409), ("invalid", 422), ("away", 503), ("bug", 500)]
)
async def test_every_error_is_a_page_in_the_sites_look(rooms: House, kind: str, status: int) -> None:
    answer = await rooms.client().get(f"/t/error/{kind}/")

    assert answer.status_code == status
    assert "<h1" in answer.text
    assert "Rose Ash" in answer.text
    assert "secret detail" not in answer.text


async def test_an_error_is_json_for_those_who_ask_for_it(rooms: House) -> None:
    answer = await rooms.client().get("/t/error/conflict/", headers={"Accept": "application/json"})

    assert answer.json() == {"error": "Conflict", "message": "Somebody was faster."}


async def test_an_unknown_host_is_refused(rooms: House) -> None:
    answer = await rooms.client().get("/healthz", headers={"Host": "evil.example"})

    assert answer.status_code == 421


@pytest.mark.parametrize("path", ["/healthz", "/t/error/notfound/", "/t/error/bug/", "/nowhere/at/all/"])
async def test_every_answer_carries_the_safe_headers(rooms: House, path: str) -> None:
    answer = await rooms.client().get(path)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "server" not in answer.headers


async def test_a_visitor_is_sent_to_sign_in_and_back(rooms: House) -> None:
    browser = rooms.client()
    browser.follow_redirects = False

    answer = await browser.get("/t/members/")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{BLOG}/sign-in/?next=http%3A%2F%2Flocalhost%3A8000%2Ft%2Fmembers%2F"


async def test_a_member_gets_in_and_no_further(rooms: House) -> None:
    ann: User = await rooms.member()
    browser: httpx.AsyncClient = await rooms.signed_in(ann)

    inside = await browser.get("/t/members/")
    beyond = await browser.get("/t/admins/")

    assert inside.text == "hello Ann"
    assert beyond.status_code == 403
