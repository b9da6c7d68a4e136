"""Nobody's mark on a page for everyone, nobody's own page in a cache, and nobody led away to another site."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from shared.db.session import get_session
from shared.infrastructure.http_utils import safe_next
from shared.models import MagicLink
from tests.house import ORIGINS
from tests.security.town import CANARY, Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARK = "canary7f3a"
UNKEYED_HEADERS = set(
    """
    X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Scheme X-Forwarded-Port X-Forwarded-Prefix X-Forwarded-Server
    X-Forwarded-Path X-Forwarded-For X-Host X-HTTP-Host-Override X-Original-URL X-Original-Host X-Rewrite-URL
    X-Real-IP X-Client-IP X-Remote-IP X-Remote-Addr True-Client-IP CF-Connecting-IP Forwarded Via
    X-HTTP-Method-Override X-Method X-HTTP-Method X-Wap-Profile Profile X-Arbitrary Referer Origin User-Agent
    Accept-Language Accept-Charset X-Requested-With X-Amz-Website-Redirect-Location X-Backend-Host
    X-Custom-IP-Authorization
    X-Forward-For X-ProxyUser-IP X-Timer HX-Request HX-Target HX-Trigger HX-Current-URL X-CSRF-Token X-Api-Version
    X-Device X-Country-Code Save-Data DNT
    """.split()  # noqa: SIM905
)
UNKEYED_FIELDS = set(
    """
    utm_source fbclid gclid callback jsonp lang theme next url redirect host _
    """.split()  # noqa: SIM905
)
SUFFIXES = [
    "x.css",
    "x.js",
    ";.js",
    "%2e%2e/",
    "/x.css",
    "%2f..%2fstatic%2fx.css",
    "..%2fstatic/x.css",
    "%00.css",
    ".css",
    "?x.css",
    "%3f.css",
    "%23.css",
]
NEXT = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/evil.example",
    "https://evil.example", "http://evil.example", "https:evil.example", "https:/evil.example", "https:///evil.example",
    "HTTPS://evil.example", "ftp://evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",
    "vbscript:x", "/\t/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example", "\n//evil.example",
    "/\n/evil.example", "/\r/evil.example", "\x00//evil.example", "/\x0b/evil.example", "//evil.example/%2f..",
    "http://localhost:8000@evil.example", "http://localhost:8000.evil.example", "http://localhost:80000",
    "http://localhost:8000:80@evil.example", "//localhost:8000@evil.example", "http:\\\\evil.example",
    "http://localhost:8000\\@evil.example", "https://localhost:8000/", "//evil。example", "https://evil。example",
    "/%09/\\evil.example", "evil.example", "http://[::1]@evil.example", "http://localhost:8000//evil.example",
    "?next=//evil.example",
]  # fmt: skip


async def test_a_page_for_everyone_keeps_nobodys_mark(town: Town) -> None:
    told, kept = [], [route for route in town.routes("GET") if route.is_kept]
    headers = dict.fromkeys(UNKEYED_HEADERS, MARK) | {"X-Forwarded-For": "203.0.113.7"}
    for route in kept:
        marked, clean = town.client(), town.client()
        marked.cookies.update({"theme": MARK, "hint": f"in=1&n={MARK}", "lang": MARK})
        own = await town.ask(marked, route, headers=headers, params=dict.fromkeys(UNKEYED_FIELDS, MARK))
        others = await town.ask(clean, route)
        told += [(route.name, "own") for _ in [0] if MARK in own.text + str(own.headers.get("location"))]
        told += [(route.name, "others") for _ in [0] if MARK in others.text + str(others.headers)]
        assert "set-cookie" not in others.headers, route.name

    assert len(UNKEYED_HEADERS) + len(UNKEYED_FIELDS) >= 60
    assert len(kept) > 15
    assert told == []


async def test_a_page_of_ones_own_is_never_shown_to_the_next(town: Town) -> None:
    told, loose, personal = [], [], set()
    for route in [route for route in town.routes("GET") if not route.is_kept and not route.is_internal]:
        if "<token>" in route.rule:
            continue
        for suffix in ["", *SUFFIXES]:
            url = town.url(route.app, route.path + suffix)
            own = await town.ann.get(url, follow_redirects=False)
            if CANARY not in own.text:
                continue
            personal.add(route.name)
            if not {"no-store", "private"} & set(own.headers["cache-control"].replace(",", "").split()):
                loose.append(url)
            if CANARY in (await town.client().get(url)).text:
                told.append(url)

    assert (told, loose) == ([], [])
    assert len(personal) >= 3


@pytest.mark.parametrize("value", NEXT)
async def test_no_spelling_of_next_leads_to_another_site(town: Town, value: str) -> None:
    found = urlsplit(safe_next(value, town.settings))
    origin = f"{found.scheme}://{found.netloc}" if found.netloc or found.scheme else ""

    assert origin in {"", *ORIGINS.values()}
    assert not found.path.startswith("//")


async def test_no_route_leads_to_another_site_whatever_it_is_told(town: Town) -> None:
    astray = []
    for route in [
        route for route in town.routes("GET", "POST") if not route.path.startswith(("/internal/", "/static/"))
    ]:
        for value in ("//evil.example", "https://evil.example/", "/\\evil.example"):
            fields = dict.fromkeys(("next", "url", "return_to", "redirect", "to"), value)
            browser = town.bob if route.method == "GET" else town.client()
            more = {"params": fields} if route.method == "GET" else {"data": fields}
            answer = await town.ask(browser, route, **more)
            place = urlsplit(answer.headers.get("location", ""))
            if place.netloc and f"{place.scheme}://{place.netloc}" not in ORIGINS.values():
                astray.append((route.name, answer.headers["location"]))

    assert astray == []


async def test_what_follows_signing_in_is_kept_safe_when_it_is_stored(town: Town) -> None:
    for number, value in enumerate(NEXT):
        form = {"email": f"next{number}@example.com", "next": value}
        await town.client().post("/sign-in/", data=form, follow_redirects=False)
    async with get_session(read_only=True) as session:
        stored = list(await session.scalars(select(MagicLink.next_path).where(MagicLink.email.startswith("next"))))

    assert len(stored) >= len(NEXT) - 3  # a few cannot be typed into a form at all
    assert [path for path in stored if "evil" in urlsplit(path).netloc or path.startswith(("//", "/\\"))] == []


@pytest.mark.parametrize("depth", [40, 100_000])
async def test_what_is_nested_too_deeply_is_refused_and_nothing_breaks(town: Town, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for path in ("/sign-in/passkey/", "/sign-in/passkey/options/", "/webhooks/sumup/"):
        app = "cart" if "sumup" in path else "blog"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = await town.client().post(town.url(app, path), content=deep, headers=headers)
        assert answer.status_code < 500, path
