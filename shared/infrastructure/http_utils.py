"""What stands before the app: which hosts are ours, and where a redirect may lead."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from quart import Quart

from shared.browser.app.utils.parsing import safe_next as safe_path
from shared.config import Settings

MISDIRECTED = b"This address is not served here.\n"
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def use_host_guard(app: Quart, settings: Settings) -> None:
    """An unknown Host is refused before cache and routing: nothing of ours is ever built from it."""
    inner = app.asgi_app
    hosts = settings.hosts

    async def guard(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _host(scope) in hosts:
            await inner(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(MISDIRECTED)).encode())]
        await send({"type": "http.response.start", "status": 421, "headers": headers})
        await send({"type": "http.response.body", "body": MISDIRECTED})

    app.asgi_app = guard  # type: ignore[method-assign]


def _host(scope: Any) -> str:
    found = [value for name, value in scope["headers"] if name == b"host"]
    return found[0].decode("latin-1").lower() if len(found) == 1 else ""


def safe_next(value: str | None, settings: Settings, *, default: str = "/") -> str:
    """Where to go on after signing in: a path here, or an address of one of the four apps."""
    if not value:
        return default
    parts = urlsplit(value)
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin in settings.apps.model_dump().values():
        return origin + safe_path(value.removeprefix(origin) or "/")
    return safe_path(value, default=default)
