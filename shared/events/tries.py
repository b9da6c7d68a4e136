"""Deliveries that are being tried again beside the reading: a mail server that does not answer holds up nobody else."""

import asyncio
from collections.abc import Coroutine

from asyncpg import Record

Failure = Exception | None


class Tries:
    def __init__(self, bell: asyncio.Event, *, at_once: int) -> None:
        self._bell, self._at_once = bell, at_once
        self._running: dict[asyncio.Task[Failure], Record] = {}

    @property
    def are_enough(self) -> bool:
        return len(self._running) >= self._at_once

    def names(self) -> tuple[list[str], list[int]]:
        """Handlers and events, side by side."""
        found = self._running.values()
        return [delivery["handler"] for delivery in found], [delivery["id"] for delivery in found]

    def begin(self, delivery: Record, work: Coroutine[None, None, Failure]) -> None:
        """`work` raises nothing; the bell rings when it is done."""
        task = asyncio.create_task(work)
        self._running[task] = delivery
        task.add_done_callback(lambda _: self._bell.set())

    def take_done(self) -> list[tuple[Record, Failure]]:
        done = [task for task in self._running if task.done()]
        return [(self._running.pop(task), task.result()) for task in done]

    async def wait(self) -> bool:
        """For the first to be done. False when there is none."""
        if self._running:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        return bool(self._running)

    async def aclose(self, *, seconds: float) -> list[tuple[Record, Failure]]:
        """What was done within so many seconds; the rest is ended, and will be tried again by the next reader."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        done = self.take_done()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running.clear()
        return done
