"""What is answered without the app is what the app would have answered; what is unusual goes to the app."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from quart import request
from redis import Redis

from rose.supervisor.ports import free_port
from rose.supervisor.valkey import Valkey
from shared.browser.app.redis_cacher import PageCache, cached, for_strangers_only
from shared.config import Settings
from shared.infrastructure.serve import protocol
from tests.house import House

HOST = "localhost:8000"


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


@dataclass
class Line:
    """One connection to the blog, spoken to in bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cache: PageCache
    reached: list[str]

    async def ask(
        self, *lines: str, start: str = "GET /t/page/ HTTP/1.1", body: str = ""
    ) -> tuple[str, dict[str, str], bytes]:
        self.writer.write("\r\n".join([start, f"Host: {HOST}", *lines, "", body]).encode())
        return await self.hear()

    async def hear(self) -> tuple[str, dict[str, str], bytes]:
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).decode()
        status, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return status, headers, await self.reader.readexactly(int(headers.get("content-length", 0)))


@pytest.fixture
async def line(house: House) -> AsyncIterator[Line]:
    app = house.apps["blog"]

    @app.get("/t/page/")
    @cached(tags=["page"], query=["page"])
    async def show() -> str:
        return f"page {request.args.get('page', 1)} " + "ä" * 5000

    @app.get("/t/gate/")
    @cached(tags=["page"])
    async def gate() -> str:
        for_strangers_only()
        return "all" if request.cookies else "some"

    @app.post("/t/echo/")
    async def echo() -> str:
        return str(await request.get_data(as_text=True))

    reached: list[str] = []

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])
        await app(scope, receive, send)

    port = free_port()
    config = uvicorn.Config(behind, port=port, http=protocol(app), lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells nobody
        await asyncio.sleep(0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = Line(reader, writer, app.extensions["page_cache"], reached)
    for start in ("GET /t/page/ HTTP/1.1", "GET /t/gate/ HTTP/1.1"):
        await found.ask(start=start)
    reached.clear()
    yield found
    writer.close()
    server.should_exit = True
    await serving


async def test_it_says_what_the_app_says(line: Line) -> None:
    by_app = await line.ask("Expect: nothing")
    at_once = await line.ask()

    unlike = {"date", "x-cache"}
    assert at_once[0].startswith("HTTP/1.1 200")
    assert at_once[2] == by_app[2]
    assert {k: v for k, v in at_once[1].items() if k not in unlike} == {
        k: v for k, v in by_app[1].items() if k not in unlike
    }
    assert "date" in at_once[1]


async def test_it_speaks_br_and_says_what_has_not_changed(line: Line) -> None:
    _, headers, body = await line.ask("Accept-Encoding: gzip, br")
    again = await line.ask("Accept-Encoding: gzip, br", f"If-None-Match: {headers['etag']}")

    assert headers["content-encoding"] == "br"
    assert len(body) < 200
    assert again[0].startswith("HTTP/1.1 304")


UNUSUAL = ["connection: close", "Upgrade: h2c", "Content-Length: 0", "Expect: nothing", "Cookie: a=b\r\nCookie: c=d"]


@pytest.mark.parametrize("unusual", UNUSUAL)
async def test_what_is_unusual_goes_to_the_app(line: Line, unusual: str) -> None:
    status, _, body = await line.ask(unusual)

    assert status.startswith("HTTP/1.1 200")
    assert body.startswith(b"page 1")
    assert line.reached == ["/t/page/"]


@pytest.mark.parametrize("special", ["Range: bytes=0-1", "Authorization: Basic x"])
async def test_what_asks_for_more_than_a_page_is_shown_no_kept_one(line: Line, special: str) -> None:
    before = line.cache.figures.l1

    status, headers, body = await line.ask(special)

    assert status.startswith("HTTP/1.1 200")
    assert body.startswith(b"page 1")
    assert "x-cache" not in headers
    assert (line.reached, line.cache.figures.l1) == (["/t/page/"], before)


async def test_a_kept_page_wakes_no_app(line: Line) -> None:
    before = line.cache.figures.l1

    await line.ask()

    assert (line.reached, line.cache.figures.l1) == ([], before + 1)


async def test_a_member_goes_to_the_app_at_a_gate(line: Line) -> None:
    some = await line.ask(start="GET /t/gate/ HTTP/1.1")
    everything = await line.ask("COOKIE: sid=abc", start="GET /t/gate/ HTTP/1.1")

    assert (some[2], everything[2]) == (b"some", b"all")


async def test_a_second_host_or_an_unknown_one_is_refused(line: Line) -> None:
    assert (await line.ask(f"Host: {HOST}"))[0].startswith("HTTP/1.1 4")


async def test_a_body_that_looks_like_a_request_is_a_body(line: Line) -> None:
    trick = f"GET /t/page/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    line.writer.write(f"POST /t/echo/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(trick)}\r\n\r\n".encode())
    await line.writer.drain()
    for _ in range(50):
        await asyncio.sleep(0)
    line.writer.write(trick.encode())

    status, _, body = await line.hear()

    assert status.startswith("HTTP/1.1 200")
    assert body.decode() == trick


async def test_requests_in_one_piece_are_answered_in_order(line: Line) -> None:
    one = f"GET /t/page/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    two = f"GET /t/page/?page=2 HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    line.writer.write((one + two + one).encode())

    bodies = [(await line.hear())[2][:6] for _ in range(3)]

    assert bodies == [b"page 1", b"page 2", b"page 1"]


HEAD = f"GET /t/page/ HTTP/1.1\r\nHost: {HOST}\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        f"GET /t/page/ HTTP/1.1\r\nHost : {HOST}\r\n\r\n",
        HEAD + "X-A: one\rtwo\r\n\r\n",
        HEAD + "X A: one\r\n\r\n",
        HEAD + "no colon\r\n\r\n",
        HEAD + "X-A: one\x00\r\n\r\n",
        HEAD.replace("GET", "POST") + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        HEAD.replace("GET", "POST") + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD.replace("GET", "POST") + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        HEAD.replace("GET", "POST") + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_two_servers_could_read_in_two_ways_is_refused(line: Line, sent: str) -> None:
    before = line.cache.figures.l1

    line.writer.write(sent.encode())

    assert (await line.hear())[0].startswith("HTTP/1.1 400")
    assert line.cache.figures.l1 == before
    assert await asyncio.wait_for(line.reader.read(), 5) == b""
