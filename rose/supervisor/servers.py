"""PostgreSQL and Valkey, watched from the event loop."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from rose.supervisor.console import alarm, done
from rose.supervisor.errors import CannotRun

_GLANCE = 0.25  # seconds between two looks
_PAUSE = 5.0


class Server(Protocol):
    log: Path

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def alive(self) -> bool: ...


class Keeper:
    """`threaded`: start it beside the loop, since it may take long. What dies with its parent cannot be."""

    def __init__(self, name: str, server: Server, *, threaded: bool) -> None:
        self._name, self._server, self._threaded = name, server, threaded
        self._starting: asyncio.Future[None] | None = None

    async def start(self) -> None:
        started = time.monotonic()
        await self._start()
        done(self._name, time.monotonic() - started)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(_GLANCE)
            if not self._server.alive():
                await self._again()

    async def stop(self) -> None:
        """Also while it is still starting: its end is what ends the start, which then stops what it began."""
        await asyncio.to_thread(self._server.stop)
        if self._starting:
            with suppress(CannotRun):
                await self._starting
            await asyncio.to_thread(self._server.stop)

    async def _start(self) -> None:
        if self._threaded:
            self._starting = asyncio.ensure_future(asyncio.to_thread(self._server.start))
            await asyncio.shield(self._starting)
        else:
            self._server.start()

    async def _again(self) -> None:
        alarm(self._name, f"stopped; starting it again. Log: {self._server.log}")
        try:
            await self._start()
        except CannotRun as error:
            alarm(self._name, error.message)
            await asyncio.sleep(_PAUSE)
        else:
            alarm(self._name, "answers again")
