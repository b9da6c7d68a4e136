import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from shared.db.session import create_engine, use_engine
from shared.events.processor import EventProcessor
from tests.fakes.nats import NatsServer


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[str]:
    """This process's database, empty."""
    engine = create_engine(database_url)
    use_engine(engine)
    yield database_url
    await engine.dispose()
    use_engine(None)


@asynccontextmanager
async def running(processor: EventProcessor) -> AsyncIterator[None]:
    task = asyncio.create_task(processor.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextmanager
def relay_process(database_url: str, broker_url: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "tests.shared.relay.process", database_url, broker_url]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def until(question: Callable[[], Awaitable[bool]], patience: float = 60) -> None:
    """Asks ten times a second until the answer is yes."""
    async with asyncio.timeout(patience):
        while not await question():
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.1)
