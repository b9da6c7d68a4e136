"""What stands before the app: which hosts and addresses are ours."""

from collections.abc import Awaitable, Callable
from typing import Any

from quart import Quart
from werkzeug.routing import IntegerConverter, Map

from shared.browser.app.headers import fixed_headers, usual_headers
from shared.config import Settings

MOST_HEADERS = 100
# The largest number of a row.
MOST = 2**63 - 1
REFUSALS = {
    400: b"This address has characters that no address has.\n",
    421: b"This address is not served here.\n",
    431: b"This request has too many headers.\n",
}
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def use_host_guard(app: Quart, settings: Settings) -> None:
    """An unknown Host is refused before cache and routing: nothing of ours is ever built from it."""
    inner = app.asgi_app
    hosts = settings.hosts
    safe = [(name.lower().encode(), value.encode()) for name, value in _safe_headers(settings).items()]

    async def guard(scope: Any, receive: Receive, send: Send) -> None:
        status = 0 if scope["type"] != "http" else _refusal(scope, hosts)
        if not status:
            await inner(scope, receive, send)
            return
        body = REFUSALS[status]
        headers = [*safe, (b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    app.asgi_app = guard  # type: ignore[method-assign]


def _safe_headers(settings: Settings) -> dict[str, str]:
    return usual_headers(settings) | fixed_headers(settings)


def _refusal(scope: Any, hosts: frozenset[str]) -> int:
    if _host(scope) not in hosts:
        return 421
    # No database takes such words, so no page needs to be asked.
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return 400
    return 431 if len(scope["headers"]) > MOST_HEADERS else 0


class RowNumber(IntegerConverter):
    """A number in an address. What no row can have is no address of ours."""

    def __init__(self, rules: Map) -> None:
        super().__init__(rules, max=MOST)


def _host(scope: Any) -> str:
    found = [value for name, value in scope["headers"] if name == b"host"]
    return found[0].decode("latin-1").lower() if len(found) == 1 else ""
