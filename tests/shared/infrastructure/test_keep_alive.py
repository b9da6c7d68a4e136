"""HTTP to our own apps, against a server that answers, hangs up, dawdles and babbles as it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.config import Settings
from shared.infrastructure.internal_api import InternalApi, OtherAppAway
from shared.infrastructure.keep_alive import MAX_CONNECTIONS

PATH = "/internal/cart/bell"
DING = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"ok"'
HANG_UP = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n" + b'"ok"'
IN_PIECES = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n"o\r\n2\r\nk"\r\n0\r\n\r\n'
HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"o'


class Stranger:
    """Says the words it was given, one per request; None hangs up without a word, a text after half an answer."""

    def __init__(self) -> None:
        self.words: list[bytes | None] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self.open: list[asyncio.StreamWriter] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked.append(head)
                said = self.words.pop(0) if self.words else DING
                if said is None:
                    break
                writer.write(said)
                if said == HALF:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


@pytest.fixture
async def stranger(settings: Settings) -> AsyncIterator[tuple[Stranger, InternalApi]]:
    stranger = Stranger()
    server = await asyncio.start_server(stranger, "127.0.0.1", 0)
    api = InternalApi("market", at(settings, server.sockets[0].getsockname()[1]))
    yield stranger, api
    await api.way.aclose()
    server.close()


def at(settings: Settings, port: int) -> Settings:
    apps = settings.internal_apps.model_copy(update={"cart": f"http://127.0.0.1:{port}"})
    return settings.model_copy(update={"internal_apps": apps})


async def ask(api: InternalApi, method: str = "GET", **options: Any) -> Any:
    return await api.send(method, "cart", PATH, **options)


async def test_one_connection_carries_one_call_after_another(stranger: tuple[Stranger, InternalApi]) -> None:
    server, api = stranger

    assert [await ask(api) for _ in range(3)] == ["ok"] * 3

    assert server.connections == 1
    assert server.asked[0].startswith(b"GET /internal/cart/bell HTTP/1.1\r\n")


async def test_calls_at_once_have_a_connection_each(stranger: tuple[Stranger, InternalApi]) -> None:
    server, api = stranger

    assert await asyncio.gather(*(ask(api) for _ in range(5))) == ["ok"] * 5

    assert server.connections == 5


@pytest.mark.parametrize("words", [HANG_UP, IN_PIECES])
async def test_an_answer_may_close_or_come_in_pieces(stranger: tuple[Stranger, InternalApi], words: bytes) -> None:
    server, api = stranger
    server.words = [words]

    assert await ask(api) == "ok"
    assert await ask(api) == "ok"

    assert server.connections == (2 if words == HANG_UP else 1)


async def test_a_question_is_asked_again_when_the_kept_connection_was_gone(
    stranger: tuple[Stranger, InternalApi],
) -> None:
    server, api = stranger
    server.words = [DING, None, DING]
    await ask(api)

    assert await ask(api) == "ok"

    assert (len(server.asked), server.connections) == (3, 2)


async def test_what_changes_something_is_not_said_twice(stranger: tuple[Stranger, InternalApi]) -> None:
    server, api = stranger
    server.words = [DING, None]
    await ask(api)

    with pytest.raises(OtherAppAway):
        await ask(api, "POST", json={"n": 1})

    assert len(server.asked) == 2


@pytest.mark.parametrize("words", [b"SMTP ready\r\n", HALF, b"HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\n"])
async def test_what_is_no_answer_is_an_app_that_is_away(stranger: tuple[Stranger, InternalApi], words: bytes) -> None:
    server, api = stranger
    server.words = [words]

    with pytest.raises(OtherAppAway):
        await ask(api)

    assert await ask(api) == "ok"
    assert server.connections == 2


async def test_who_dawdles_is_not_waited_for_and_not_heard_later(stranger: tuple[Stranger, InternalApi]) -> None:
    server, api = stranger
    server.words = [b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"]

    with pytest.raises(OtherAppAway):
        await ask(api, timeout=0.05)
    server.open[0].write(b'"late"')

    assert await ask(api) == "ok"


async def test_who_hung_up_in_the_meantime_is_called_anew(stranger: tuple[Stranger, InternalApi]) -> None:
    server, api = stranger
    await ask(api)
    server.open[0].close()
    await server.open[0].wait_closed()

    assert await ask(api, "POST", json={"n": 1}) == "ok"

    assert server.connections == 2


async def test_nobody_there_is_an_app_that_is_away(settings: Settings) -> None:
    async with nobody() as port:
        api = InternalApi("market", at(settings, port))
        with pytest.raises(OtherAppAway):
            await ask(api)


@asynccontextmanager
async def nobody() -> AsyncIterator[int]:
    """A port that is taken, where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


class Silent(asyncio.Protocol):
    """Takes connections, and answers nothing on any."""

    def __init__(self, busy: asyncio.Barrier) -> None:
        self.task = asyncio.create_task(busy.wait())


async def test_sixty_who_wait_for_one_app_keep_nobody_from_another(stranger: tuple[Stranger, InternalApi]) -> None:
    _, api = stranger
    busy = asyncio.Barrier(MAX_CONNECTIONS + 1)
    silent = await asyncio.get_running_loop().create_server(lambda: Silent(busy), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    apps = api.settings.internal_apps.model_copy(update={"events": f"http://127.0.0.1:{port}"})
    api.settings = api.settings.model_copy(update={"internal_apps": apps})
    waiting = [asyncio.create_task(api.send("POST", "events", PATH, timeout=60)) for _ in range(60)]
    await busy.wait()

    assert await ask(api) == "ok"

    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    silent.close()
