"""HTTP to our own apps: a transport for httpx on httptools, which uvicorn reads requests with as well.

httpx's own costs three times as much for each call (bench/pages/calls.py), most of it for what our apps
never say to each other: cookies, redirects, proxies, HTTP/2, compression, streams.
"""

import asyncio
import select
import ssl
import time
from collections import defaultdict
from typing import Any, cast

import httptools
import httpx

# Less than the five seconds after which uvicorn hangs up, so that no call meets a closing door.
IDLE_SECONDS = 4.0
MAX_CONNECTIONS = 50


class Gone(httpx.RemoteProtocolError):
    """The other side hung up before it said anything."""


class _Connection(asyncio.Protocol):
    """Carries one request at a time."""

    def __init__(self) -> None:
        self.is_open, self.used_at = True, 0.0
        self._answer: asyncio.Future[httpx.Response] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def is_usable(self) -> bool:
        """Whether it was not left for long, nobody hung up, and nothing came that nobody asked for."""
        return self.is_open and time.monotonic() - self.used_at < IDLE_SECONDS and not self._poll.poll(0)

    async def ask(self, request: httpx.Request) -> httpx.Response:
        self._answer = asyncio.get_running_loop().create_future()
        self._parser: Any = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._has_begun = False
        self.transport.write(_words(request))
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
            self._fail(httpx.RemoteProtocolError(str(error)))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        reason = str(exc or "hung up")
        self._fail(httpx.ReadError(reason) if self._answer and self._has_begun else Gone(reason))

    def _fail(self, error: httpx.HTTPError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        parser, answer, self._answer = self._parser, self._answer, None
        self.is_open = self.is_open and parser.should_keep_alive()
        if answer is not None and not answer.done():
            body = b"".join(self._body)
            answer.set_result(httpx.Response(parser.get_status_code(), headers=self._headers, content=body))


def _words(request: httpx.Request) -> bytes:
    lines = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in lines):
        raise httpx.LocalProtocolError("a header of more than one line")
    return b"\r\n".join([*lines, b"", request.read()])


class KeepAlive(httpx.AsyncBaseTransport):
    """The whole answer is read before it is given back. How long that may take is the caller's business."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.tls = tls
        self._idle: defaultdict[tuple[str, str, int | None], list[_Connection]] = defaultdict(list)
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with self._room:
            kept = self._kept(request.url)
            if kept is not None:
                try:
                    return await self._ask(kept, request)
                except Gone:
                    # What only reads is asked once more.
                    if request.method != "GET":
                        raise
            return await self._ask(await self._connect(request.url), request)

    async def _ask(self, connection: _Connection, request: httpx.Request) -> httpx.Response:
        answer = await connection.ask(request)
        if connection.is_open:
            connection.used_at = time.monotonic()
            self._idle[_origin(request.url)].append(connection)
        else:
            connection.close()
        return answer

    def _kept(self, url: httpx.URL) -> _Connection | None:
        idle = self._idle[_origin(url)]
        while idle:
            connection = idle.pop()
            if connection.is_usable():
                return connection
            connection.close()
        return None

    async def _connect(self, url: httpx.URL) -> _Connection:
        tls, port = (self.tls, url.port or 443) if url.scheme == "https" else (None, url.port or 80)
        try:
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, url.host, port, ssl=tls)
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        return connection

    async def aclose(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
