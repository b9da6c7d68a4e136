"""Nobody's mark on a page for everyone, and nobody's own page in a cache."""

import pytest

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
        paths = [route.path, *(route.path + suffix for suffix in SUFFIXES)]
        for path in paths:
            url = town.url(route.app, path)
            own = await town.ann.get(url, follow_redirects=False)
            if CANARY not in own.text:
                continue
            if path == route.path:
                personal.add(route.name)
                paths += otherwise_spelt(path)
            if own.headers["cache-control"] != "private, no-store":
                loose.append(url)
            if CANARY in (await town.client().get(url)).text:
                told.append(url)

    assert (told, loose) == ([], [])
    assert len(personal) >= 3


def otherwise_spelt(path: str) -> list[str]:
    """As a cache may read the address of a page of one's own, and an app not, or the other way round."""
    bare = path.rstrip("/")
    return [path.upper(), bare.title(), f"{bare}.", f"{path}.", f"{bare}./", f"/{path}", f"{bare}//", f"/x/..{path}"]


@pytest.mark.parametrize("depth", [40, 100_000])
async def test_what_is_nested_too_deeply_is_refused_and_nothing_breaks(town: Town, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for path in ("/sign-in/passkey/", "/sign-in/passkey/options/", "/webhooks/sumup/"):
        app = "cart" if "sumup" in path else "blog"
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = await town.client().post(town.url(app, path), content=deep, headers=headers)
        assert answer.status_code < 500, path
