"""Pages that are not kept go over the wire small as well: a member's page, a form refused, a page with a gap in it."""

import gzip
from typing import Any

import brotli
from quart import Quart

from shared.browser.app.redis_cacher.kept import best_encoding

# Below the least a packet is not saved; above the most the processor is held too long (8 ms for a megabyte).
LEAST, MOST = 1_000, 1_000_000
TEXTS = (b"text/", b"application/json", b"application/xml", b"application/rss+xml")
# Half the time of what kept pages are given, and six parts in a hundred larger: it is sent once.
BROTLI_QUALITY, GZIP_LEVEL = 4, 4


def use_compression(app: Quart) -> None:
    """Around the page cache, whose answers come in their encoding already."""
    inner = app.asgi_app

    async def compress(scope: Any, receive: Any, send: Any) -> None:
        encoding = _encoding(scope) if scope["type"] == "http" else b""
        await inner(scope, receive, Compressed(send, encoding) if encoding else send)

    app.asgi_app = compress  # type: ignore[method-assign]


class Compressed:
    """Holds a whole text back until it is there. What has no known length is a stream, and passes."""

    def __init__(self, send: Any, encoding: bytes) -> None:
        self.send, self.encoding = send, encoding
        self.start: Any = None
        self.parts: list[bytes] = []

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start" and _is_worth_it(dict(message["headers"])):
            self.start = message
        elif self.start is None:
            await self.send(message)
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._finish(self._smaller(b"".join(self.parts)))

    async def _finish(self, body: bytes) -> None:
        same = [pair for pair in self.start["headers"] if pair[0] != b"content-length"]
        told = [(b"content-encoding", self.encoding), (b"content-length", b"%d" % len(body))]
        await self.send({**self.start, "headers": [*same, *told]})
        await self.send({"type": "http.response.body", "body": body})

    def _smaller(self, body: bytes) -> bytes:
        if self.encoding == b"br":
            return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
        return gzip.compress(body, GZIP_LEVEL, mtime=0)


def _encoding(scope: Any) -> bytes:
    """None for whom another site sent here: it could choose words on a page and watch the page's length (BREACH)."""
    headers = dict(scope["headers"])
    if headers.get(b"sec-fetch-site") == b"cross-site" and b"cookie" in headers:
        return b""
    return best_encoding(headers.get(b"accept-encoding", b""))


def _is_worth_it(headers: dict[bytes, bytes]) -> bool:
    """A whole text of some length, in no encoding yet. An etag names these very bytes."""
    if b"content-encoding" in headers or b"etag" in headers:
        return False
    whole = LEAST <= int(headers.get(b"content-length", b"0")) <= MOST
    return whole and headers.get(b"content-type", b"").startswith(TEXTS)
