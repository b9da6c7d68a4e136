"""Walks through every route of the four apps: a new one cannot be forgotten.

Each test asks all of them, or looks at what all of them answered, and names those that are wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from shared.browser.app.headers import PERMISSIONS, content_policy
from shared.db.session import get_session, transaction, use_engine
from shared.models import UserSession
from tests.house import APPS, ORIGINS
from tests.security.test_extra_fields import READS_NOTHING
from tests.security.town import BROKEN, CANARY, UNSAFE, Route, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVIL = "evil.example"
JSON = {"Accept": "application/json"}
REFUSED_CROSS_ORIGIN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": f"https://{EVIL}"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:9999"},
    {"Origin": f"https://{EVIL}"},
    {"Origin": "https://localhost:8000"},
    {"Origin": "null"},
    {},
]
ALLOWED_CROSS_ORIGIN = [
    {"Sec-Fetch-Site": "same-origin", "Origin": ORIGINS["blog"]},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": ORIGINS["market"]},
    {"Sec-Fetch-Site": "same-site", "Origin": ORIGINS["cart"]},
]
# These prove themselves in other ways: by a signature, or by asking SumUp.
APART = ("/internal/", "/webhooks/")
# The editor's page lets its editor make style sheets; pictures stand in a cage.
OWN_POLICY = ("/media/", "/static/", "/admin/posts/", "/admin/pages/")
TRUSTED = "; require-trusted-types-for 'script'; trusted-types htmx"
REFERRERS = {"no-referrer", "strict-origin-when-cross-origin"}
HOSTS = [EVIL, f"localhost:8000.{EVIL}", f"localhost:8000@{EVIL}", "localhost:9999", "", "127.0.0.1"]
CLAIMS = ("X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-URL", "X-Rewrite-URL", "Forwarded")
INLINE = re.compile(r"<[^>]+\s(?:on[a-z]+|style)=|javascript:|<script(?![^>]*(?:\ssrc=|type=\"application/))|hx-on|js:")


@dataclass
class Walk:
    """What every GET route said to an administrator, a member and a visitor whose proxy claims another host."""

    answers: list[tuple[Route, str, httpx.Response]]
    changed: list[str]
    # The sessions whose use was noted.
    noted: set[int]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def walk(_town: Town) -> Walk:
    use_engine(_town.engine)
    async with transaction() as session:
        # Nobody has been here for an hour, so that their coming is noted.
        await session.execute(update(UserSession).values(used_at=UserSession.used_at - timedelta(hours=1)))
    before, uses = await _town.everything(), await _town.last_uses()
    _town.read_strictly()
    browsers = {"bob": _town.bob, "ann": _town.ann, "visitor": _town.client()}
    claims = dict.fromkeys(CLAIMS, EVIL)
    answers = [
        (route, who, await _town.ask(browser, route, headers=claims))
        for route in _town.routes("GET")
        for who, browser in browsers.items()
    ]
    after, later = await _town.everything(), await _town.last_uses()
    changed = [table for table in after if after[table] != before.get(table)]
    return Walk(answers, changed, {number for number, moment in later.items() if moment != uses[number]})


async def test_another_site_changes_nothing_anywhere(town: Town) -> None:
    before, wrong, browser = await town.everything(), [], town.bob
    for route in town.routes(*UNSAFE):
        for headers in REFUSED_CROSS_ORIGIN if not route.path.startswith(APART) else []:
            url = town.url(route.app, route.path)
            request = browser.build_request(route.method, url, headers=JSON | headers, content=b"x=1")
            if "Sec-Fetch-Site" not in headers:
                del request.headers["Sec-Fetch-Site"]
            answer = await browser.send(request, follow_redirects=False)
            if answer.status_code != 403 or "another site" not in answer.text:
                wrong.append((route.name, headers, answer.status_code))

    assert wrong == []
    assert await town.everything() == before


async def test_our_own_pages_are_not_taken_for_another_site(town: Town) -> None:
    wrong, browser = [], town.client()
    del browser.headers["Sec-Fetch-Site"]
    browser.cookies.set("sid", "nobody", domain="localhost.local")
    for route in town.routes(*UNSAFE):
        for headers in ALLOWED_CROSS_ORIGIN:
            answer = await town.ask(browser, route, headers=JSON | headers)
            if "another site" in answer.text or answer.status_code >= 500:
                wrong.append((route.name, headers, answer.status_code))

    assert wrong == []


async def test_looking_changes_nothing_but_that_a_session_was_in_use(town: Town, walk: Walk) -> None:
    assert walk.changed == []
    assert walk.noted == await town.sessions_of(town.ann, town.bob)


async def test_a_look_cannot_change_anything_in_plain_sql_either(town: Town) -> None:
    town.read_strictly()
    async with get_session(read_only=True) as session:
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await session.execute(text("UPDATE users SET name = 'x'"))


async def test_nothing_breaks_by_being_looked_at(walk: Walk) -> None:
    assert [(route.name, who) for route, who, answer in walk.answers if answer.status_code >= 500] == []


async def test_nothing_is_ever_built_from_what_a_proxy_claims(walk: Walk) -> None:
    told = [(route.name, who) for route, who, answer in walk.answers if EVIL in answer.text + str(answer.headers)]

    assert told == []


async def test_no_form_is_answered_with_what_a_proxy_claims(town: Town) -> None:
    told, claims = [], dict.fromkeys(CLAIMS, EVIL)
    for route in town.routes(*UNSAFE):
        reads = not route.path.startswith(APART) and route.endpoint not in READS_NOTHING[route.app]
        for browser in (town.client(), *([town.bob] if reads else [])):
            answer = await town.ask(browser, route, headers=claims, data={"surprise": "1"})
            told += [route.name] if EVIL in answer.text + str(answer.headers) else []

    assert told == []


async def test_every_answer_has_the_safe_headers(town: Town, walk: Walk) -> None:
    found = {(route.name, who): faults(town, route, answer) for route, who, answer in walk.answers}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_an_unchanged_page_has_the_safe_headers_too(town: Town, walk: Walk) -> None:
    wrong, visitor = [], town.client()
    for route, who, answer in walk.answers:
        if who == "visitor" and (tag := answer.headers.get("etag")):
            again = await town.ask(visitor, route, headers={"If-None-Match": tag})
            if again.status_code not in {200, 304} or faults(town, route, again):
                wrong.append((route.name, again.status_code, faults(town, route, again)))

    assert wrong == []


async def test_refusals_of_every_kind_have_the_safe_headers(town: Town) -> None:
    assert await loose_refusals(town) == []


async def loose_refusals(town: Town) -> list[tuple[str, int, list[str]]]:
    """Those of every kind, of every app, that lack a header."""
    wrong, seen, browser = [], set(), town.client()
    for app in APPS:
        home = Route(app, "GET", "/", "/", None)
        for answer in [
            await browser.get(town.url(app, "/no/such/page/")),
            await browser.request("PATCH", town.url(app)),
            await browser.get(town.url(app), headers={"Host": EVIL}),
            await browser.get(town.url(app), headers={f"X-{n}": "1" for n in range(120)}),
            await browser.post(town.url(app, "/internal/"), content=b"x" * 1_100_000),
            await browser.get(town.url(app, BROKEN)),
            await browser.get(town.url(app, BROKEN), headers=JSON),
        ]:
            seen.add(answer.status_code)
            wrong += [(app, answer.status_code, found)] if (found := faults(town, home, answer)) else []
    assert seen == {404, 405, 413, 421, 431, 500}
    return wrong


async def test_pages_hold_nothing_that_the_policy_would_refuse(walk: Walk) -> None:
    pages = [found for found in walk.answers if found[2].headers.get("content-type", "").startswith("text/html")]

    assert [(route.name, found[0][:80]) for route, _, page in pages if (found := INLINE.search(page.text))] == []


@pytest.mark.parametrize("host", HOSTS)
async def test_an_unknown_host_is_refused_everywhere(town: Town, host: str) -> None:
    browser = town.client()
    statuses = {(await town.ask(browser, route, headers={"Host": host})).status_code for route in town.routes()}

    assert statuses == {421}


async def test_too_much_is_refused_everywhere_before_anything_is_done(town: Town) -> None:
    before, wrong = await town.everything(), []
    for route in town.routes(*UNSAFE):
        most = getattr(route.view, "body_limit", 1024 * 1024)
        answer = await town.ask(town.bob, route, content=b"x" * (most + 1), headers=JSON)
        if answer.status_code != 413:
            wrong.append((route.name, answer.status_code))

    assert wrong == []
    assert await town.everything() == before


async def test_only_uploads_take_more_than_a_megabyte(town: Town) -> None:
    large = {f"{route.method} {route.app}{route.rule}" for route in town.routes() if hasattr(route.view, "body_limit")}

    assert large == {
        "POST blog/admin/uploads/",
        "POST blog/admin/<any(posts, pages):section>/",
        "POST blog/admin/<any(posts, pages):section>/<int:post_id>/",
        "POST market/admin/products/",
        "POST market/admin/products/<int:product_id>/",
        "POST events/admin/entries/",
        "POST events/admin/entries/<int:entry_id>/",
        "POST events/admin/calendars/<int:calendar_id>/import/",
    }


async def test_what_is_between_the_apps_is_not_for_browsers(town: Town) -> None:
    inside = [route for route in town.routes() if route.is_internal]
    statuses = {(await town.ask(town.bob, route)).status_code for route in inside}

    assert len(inside) > 10
    assert statuses == {403}


async def test_figures_and_health_tell_strangers_nothing(town: Town) -> None:
    for app in APPS:
        assert (await town.client().get(town.url(app, "/metrics"))).status_code == 404
        assert (await town.client().get(town.url(app, "/healthz"))).text == "ok\n"


async def test_another_members_address_is_on_no_visitors_page(walk: Walk) -> None:
    told = [route.name for route, who, answer in walk.answers if who == "visitor" and CANARY in answer.text]

    # Order and ticket pages are opened by the secret in their address.
    assert [name for name in told if "<token>" not in name] == []


def faults(town: Town, route: Route, answer: httpx.Response) -> list[str]:
    """The headers of one answer that are not as they should be."""
    headers, everyones = answer.headers, route.path.startswith(("/static/", "/media/"))
    expected = {
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": PERMISSIONS,
        "cross-origin-resource-policy": "cross-origin" if everyones else "same-origin",
    }
    if not route.path.startswith(OWN_POLICY):
        expected["content-security-policy"] = content_policy(town.settings)
        assert expected["content-security-policy"].endswith(TRUSTED)
    if town.settings.secure:
        expected["strict-transport-security"] = f"max-age={365 * 24 * 3600}; includeSubDomains"
    wrong = [name for name, value in expected.items() if headers.get(name) != value]
    return [*wrong, *_loose(headers, hidden="<token>" in route.rule and answer.status_code < 300)]


def _loose(headers: httpx.Headers, *, hidden: bool) -> Iterator[str]:
    policy = headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "script-src 'unsafe" in policy or "unsafe-eval" in policy:
        yield "a loose content policy"
    if headers.get("referrer-policy") not in ({"no-referrer"} if hidden else REFERRERS):
        yield "referrer-policy"
    if "cache-control" not in headers:
        yield "cache-control"
    yield from (name for name in ("server", "x-powered-by") if name in headers)
