"""One kept page: its bodies ready to be sent, and what it depends on."""

import gzip
import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import brotli

from shared.browser.app.redis_cacher.clock import Moment

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
Headers = Sequence[tuple[bytes, bytes]]
# Told anew with every answer, or said again by the form of the body.
NOT_KEPT = frozenset({b"content-length", b"x-request-id", b"etag", b"content-encoding", b"date", b"x-cache"})
NO_BODY = {"type": "http.response.body", "body": b""}


class CookieForEveryone(ValueError):
    """A page that gives a cookie may never be kept: it would give the same one to all."""


class Form:
    """A page in one encoding, as the messages that a server sends, and as the bytes of HTTP/1.1 (the heads open)."""

    __slots__ = ("body", "etag", "head", "head_unchanged", "start", "unchanged")

    def __init__(self, headers: Headers, etag: bytes, encoding: bytes, body: bytes) -> None:
        self.etag = etag
        same = [*headers, (b"etag", etag)]
        shape = [(b"content-encoding", encoding)] if encoding else []
        whole = [*same, *shape, (b"content-length", b"%d" % len(body))]
        self.start: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": whole}
        self.unchanged: dict[str, Any] = {"type": "http.response.start", "status": 304, "headers": same}
        self.body: dict[str, Any] = {"type": "http.response.body", "body": body}
        self.head, self.head_unchanged = _head(b"200 OK", whole), _head(b"304 Not Modified", same)


def _head(status: bytes, headers: Headers) -> bytes:
    return b"".join((b"HTTP/1.1 ", status, b"\r\n", *(b"%s: %s\r\n" % header for header in headers)))


@dataclass(slots=True)
class Kept:
    """`since` is what the one who drew it had seen before; `fresh` and `stale` are moments of the wall clock.

    `strangers` says that members are shown something else here.
    """

    since: Moment
    tags: tuple[str, ...]
    fresh: float
    stale: float
    strangers: bool
    headers: list[tuple[bytes, bytes]]
    digest: bytes
    bodies: tuple[bytes, bytes]
    forms: dict[bytes, Form] = field(default_factory=dict)
    # What the clock had been told when the tags were last looked at.
    looked: Moment = -1

    def __post_init__(self) -> None:
        """Raises CookieForEveryone."""
        if any(name.lower() == b"set-cookie" for name, _ in self.headers):
            raise CookieForEveryone

    @property
    def weight(self) -> int:
        """Bytes of memory, roughly, the plain body included: it is unpacked only for the few who ask for it."""
        zipped, small = self.bodies
        return 2048 + 9 * len(zipped) + len(small)

    def form(self, encoding: bytes) -> Form:
        found = self.forms.get(encoding)
        return found or self._make(encoding)

    def _make(self, encoding: bytes) -> Form:
        zipped, small = self.bodies
        body: bytes = {b"br": small, b"gzip": zipped}.get(encoding) or brotli.decompress(small)
        etag = b'"%s%s"' % (self.digest, b"-" + encoding if encoding else b"")
        made = self.forms[encoding] = Form(self.headers, etag, encoding, body)
        return made

    def pack(self) -> bytes:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers]
        parts = [self.since, self.tags, self.fresh, self.stale, self.strangers, headers, self.digest.decode()]
        zipped, small = self.bodies
        head = json.dumps([*parts, len(zipped)]).encode()
        return len(head).to_bytes(4) + head + zipped + small


def unpack(raw: bytes) -> Kept:
    """Raises ValueError for what is none of ours."""
    end = 4 + int.from_bytes(raw[:4])
    since, tags, fresh, stale, strangers, headers, digest, zipped = json.loads(raw[4:end])
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    bodies = raw[end : end + zipped], raw[end + zipped :]
    return Kept(since, tuple(tags), fresh, stale, strangers, pairs, digest.encode(), bodies)


def keep(body: bytes, headers: Iterable[tuple[bytes, bytes]], *, since: Moment, times: tuple[float, float]) -> Kept:
    """A page just drawn; `times` are the seconds it is fresh, and how long it may be shown after that."""
    now = time.time()
    pairs = [(name.lower(), value) for name, value in headers if name.lower() not in NOT_KEPT]
    pairs.append((b"x-cache", b"hit"))
    digest = hashlib.blake2b(body, digest_size=12).hexdigest().encode()
    fresh = now + times[0]
    bodies = gzip.compress(body, GZIP_LEVEL, mtime=0), brotli.compress(body, quality=BROTLI_QUALITY)
    return Kept(since, (), fresh, fresh + times[1], strangers=False, headers=pairs, digest=digest, bodies=bodies)


@lru_cache(maxsize=256)
def best_encoding(accepted: bytes) -> bytes:
    """br, gzip, or nothing, of an Accept-Encoding."""
    weights = dict(_weights(accepted.decode("latin-1").lower()))
    for name in ("br", "gzip"):
        if weights.get(name, weights.get("*", 0.0) if weights else 0.0) > 0:
            return name.encode()
    return b""


def _weights(accepted: str) -> Iterable[tuple[str, float]]:
    for part in accepted.split(","):
        name, _, weight = part.partition(";")
        if name := name.strip():
            number = weight.strip().removeprefix("q=").strip()
            yield name, float(number) if number.replace(".", "", 1).isdigit() else 1.0
