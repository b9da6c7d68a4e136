"""`rose events relay`: the relay in a process of its own."""

import asyncio
import signal
from contextlib import suppress

import uvloop

from rose.database import site_database
from shared.errors import DomainError
from shared.events.relay.choice import sink_for
from shared.events.relay.processor import RelayProcessor
from shared.infrastructure.garbage import collect_seldom
from shared.log_config.setup import setup_logging


class NoBroker(DomainError):
    message = "No broker is configured: set RELAY_URL, for example to nats://127.0.0.1:4222."


def run() -> None:
    """Returns when it was told to stop, and has. Raises NoBroker."""
    setup_logging("relay")
    collect_seldom()
    uvloop.run(_serve())


async def _serve() -> None:
    async with site_database() as settings:
        if settings.relay is None:
            raise NoBroker
        sink = sink_for(settings.relay.url, stream=settings.relay.stream)
        task = asyncio.create_task(RelayProcessor(sink).run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
