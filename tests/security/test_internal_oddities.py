"""Whatever one of our own apps asks by mistake is refused, and never a fault: every internal route, odd values."""

import json
from itertools import product
from urllib.parse import urlencode

import pytest

from shared.infrastructure.signatures import sign
from tests.house import APPS, House

KEYS = (
    *("ids", "limit", "container_type", "container_id", "user_id", "email", "session_id", "order", "until", "lines"),
    *("item_id", "quantity", "kind", "hold_id", "holds", "identity", "line"),
)
LONG, LARGE = "ä" * 300, "9" * 40
ODD = (None, "", "\x00", LONG, -1, 2**70, 1.5, True, [], {}, [None], [{}], {"a": {"b": []}}, LARGE, "2026-99-99")
WORST = ("", "\x00", LONG, "-1", LARGE)
NESTED = "[" * 5000 + "]" * 5000
BODIES = (b"", b"\xff", b"{", b"null", b"[]", b'"x"', b"NaN", b"1e999", NESTED.encode())


async def ask(house: House, app: str, method: str, path: str, *, query: str = "", body: bytes = b"") -> int:
    headers = sign(house.settings.internal_key, caller="blog", audience=app, message=(method, path, query, body))
    headers["Content-Type"] = "application/json"
    address = house.url(app, path) + (f"?{query}" if query else "")
    return (await house.client().request(method, address, content=body, headers=headers)).status_code


@pytest.mark.parametrize("app", APPS)
async def test_no_internal_route_fails_at_what_it_is_sent(house: House, app: str) -> None:
    faults = []
    for rule in house.apps[app].url_map.iter_rules():
        if not rule.rule.startswith("/internal/"):
            continue
        path = rule.rule
        for name in rule.arguments:
            kind = "int:" if f"<int:{name}>" in path else ""
            path = path.replace(f"<{kind}{name}>", "1" if kind else "x" * 22)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if method == "GET":
                asked = [{"query": urlencode({key: odd})} for key, odd in product(KEYS, WORST)]
            else:
                sent = [json.dumps(dict.fromkeys(KEYS, odd)).encode() for odd in ODD]
                asked = [{"body": body} for body in (*BODIES, *sent)]
            for about in asked:
                status = await ask(house, app, method, path, **about)  # type: ignore[arg-type]
                if status >= 500:
                    faults.append(f"{method} {path} {str(about)[:90]} {status}")

    assert not faults, "\n".join(faults[:40])
