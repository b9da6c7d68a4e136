"""HTTP to our own apps, on httptools, which uvicorn reads requests with as well.

What is general in httpx costs several times as much for each call (bench/pages/calls.py): cookies, redirects,
proxies, HTTP/2, compression, streams, all of which our apps never say to each other.
"""

import asyncio
import select
import ssl
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import quote, urlsplit

import httptools

# Less than the five seconds after which uvicorn hangs up, so that no call meets a closing door.
IDLE_SECONDS = 4.0
MAX_CONNECTIONS = 50
# What may stand in a path as it is (RFC 3986).
IN_A_PATH = "/~!$&'()*+,;=:@"


class Gone(ConnectionError):
    """The other side hung up before it said anything."""


class Garbled(ConnectionError):
    """What it said is no HTTP, or only half of it."""


@dataclass(frozen=True)
class Question:
    """`path` as it is, before any quoting; `query` as it goes into the address."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""


class Answer(NamedTuple):
    status: int
    body: bytes


class _Connection(asyncio.Protocol):
    """Carries one question at a time."""

    def __init__(self) -> None:
        self.is_open, self.used_at = True, 0.0
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def is_usable(self) -> bool:
        """Whether it was not left for long, nobody hung up, and nothing came that nobody asked for."""
        return self.is_open and time.monotonic() - self.used_at < IDLE_SECONDS and not self._poll.poll(0)

    async def ask(self, words: bytes) -> Answer:
        self._answer = asyncio.get_running_loop().create_future()
        self._parser: Any = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._has_begun = False
        self.transport.write(words)
        try:
            return await self._answer
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.is_open, self._answer = False, None
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            self.close()
            return
        self._has_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(Garbled(str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        reason = str(exc or "hung up")
        self._fail(Garbled(reason) if self._answer and self._has_begun else Gone(reason))

    def _fail(self, error: ConnectionError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    # What httptools calls.

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        parser, answer, self._answer = self._parser, self._answer, None
        self.is_open = self.is_open and parser.should_keep_alive()
        if answer is not None and not answer.done():
            answer.set_result(Answer(parser.get_status_code(), b"".join(self._body)))


class KeepAlive:
    """The whole answer is read before it is given back. How long that may take is the caller's business."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.tls = tls
        self._idle: defaultdict[str, list[_Connection]] = defaultdict(list)
        # One app that is slow takes no room from the questions to another.
        self._rooms = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(MAX_CONNECTIONS))

    async def ask(self, origin: str, question: Question, headers: Mapping[str, str]) -> Answer:
        """Raises OSError, Gone and Garbled among them."""
        words = _words(origin, question, headers)
        async with self._rooms[origin]:
            kept = self._kept(origin)
            if kept is not None:
                try:
                    return await self._ask(kept, origin, words)
                except Gone:
                    # What only reads is asked once more.
                    if question.method != "GET":
                        raise
            return await self._ask(await self._connect(origin), origin, words)

    async def _ask(self, connection: _Connection, origin: str, words: bytes) -> Answer:
        answer = await connection.ask(words)
        if connection.is_open:
            connection.used_at = time.monotonic()
            self._idle[origin].append(connection)
        else:
            connection.close()
        return answer

    def _kept(self, origin: str) -> _Connection | None:
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.close()
        return None

    async def _connect(self, origin: str) -> _Connection:
        parts = urlsplit(origin)
        tls, port = (self.tls, parts.port or 443) if parts.scheme == "https" else (None, parts.port or 80)
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, parts.hostname or "", port, ssl=tls
        )
        return connection

    async def aclose(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()


def _words(origin: str, question: Question, headers: Mapping[str, str]) -> bytes:
    """Raises ValueError for a header of more than one line."""
    target = quote(question.path, safe=IN_A_PATH) + (f"?{question.query}" if question.query else "")
    head = [f"{question.method} {target} HTTP/1.1", f"Host: {origin.partition('://')[2]}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head.append(f"Content-Length: {len(question.body)}")
    if any("\r" in line or "\n" in line for line in head):
        raise ValueError("a header of more than one line")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + question.body
