"""Who does not finish asking, or does not take what they asked for, is cut off, and keeps nobody waiting."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
import uvicorn

from shared.infrastructure.slow_clients import LEAST_READ, SlowClients

HEAD = "GET / HTTP/1.1\r\nHost: localhost\r\n"
# More than the buffers of both ends hold.
SMALL = 16 * 1024
LONG = b"\x00" * 512 * 1024
LENGTH = [(b"content-length", str(len(LONG)).encode())]


@dataclass
class Server:
    address: tuple[str, int]
    connections: set[SlowClients]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        small.setblocking(False)
        await asyncio.get_running_loop().sock_connect(small, self.address)
        return await asyncio.open_connection(sock=small)

    async def ask(self) -> bytes:
        """Of somebody who takes it all."""
        reader, writer = await self.connect()
        writer.write(f"{HEAD}Connection: close\r\n\r\n".encode())
        head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
        writer.close()
        assert head.startswith(b"HTTP/1.1 200")
        return body

    async def ask_and_take_little(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, SlowClients]:
        known = set(self.connections)
        reader, writer = await self.connect()
        writer.write(f"{HEAD}\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        (connection,) = self.connections - known
        while not connection.flow.write_paused:  # noqa: ASYNC110  uvicorn tells nobody
            await asyncio.sleep(0)
        return reader, writer, connection


async def app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": LENGTH})
    await send({"type": "http.response.body", "body": LONG})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    serving = uvicorn.Server(uvicorn.Config(app, http=SlowClients, lifespan="off", log_config=None))
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        listening.bind(("127.0.0.1", 0))
        task = asyncio.create_task(serving.serve([listening]))
        while not serving.started:  # noqa: ASYNC110  uvicorn tells nobody
            await asyncio.sleep(0)
        yield Server(listening.getsockname(), cast("set[SlowClients]", serving.server_state.connections))
        serving.should_exit = True
        await task


@pytest.mark.parametrize("begun", ["", "GET / HT", HEAD])
async def test_who_does_not_finish_asking_is_cut_off(
    server: Server, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowClients, "head_seconds", 0.3)
    idle, idle_writer, connection = await server.ask_and_take_little()
    await idle.readexactly(len(LONG))
    reader, writer = await server.connect()

    writer.write(begun.encode())

    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 408")
    assert connection in server.connections
    writer.close()
    idle_writer.close()


async def test_who_does_not_take_an_answer_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SlowClients, "read_seconds", 0.3)
    reader, writer, connection = await server.ask_and_take_little()

    async with asyncio.timeout(10):
        while connection in server.connections:  # noqa: ASYNC110  uvicorn tells nobody
            await asyncio.sleep(0)

    assert len(await reader.read()) < len(LONG)
    writer.close()


async def test_who_takes_an_answer_slowly_gets_all_of_it(server: Server) -> None:
    reader, writer, connection = await server.ask_and_take_little()
    taken = b""
    for _ in range(3):
        waiting = connection.transport.get_write_buffer_size()
        while waiting - connection.transport.get_write_buffer_size() < LEAST_READ:
            taken += await reader.read(LEAST_READ)
        connection.look_at_reader()

    assert taken + await reader.readexactly(len(LONG) - len(taken)) == LONG
    writer.close()


@pytest.mark.parametrize("take", [True, False])
async def test_five_hundred_slow_ones_keep_nobody_waiting(server: Server, *, take: bool) -> None:
    slow = [(await server.ask_and_take_little())[:2] if take else await server.connect() for _ in range(500)]
    for _, writer in slow:
        if not take:
            writer.write(HEAD.encode())

    assert await server.ask() == LONG
    for _, writer in slow:
        writer.close()
