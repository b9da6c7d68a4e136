"""An app reads the log twice, in two lanes: handlers that take the session, and those that call the outside.

So a mail server that is slow holds up no stock. What both lanes share is here: the cursor, the pace, who waits.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from asyncpg import Record

from shared.events import deliveries, trace
from shared.events.bus import Registration, registrations
from shared.events.deliveries import Trouble
from shared.events.lease import Cursor, Lease, LeaseLost
from shared.events.reader import LogReader
from shared.events.wakeup import new_bell

log = structlog.get_logger("events")

Around = Callable[[], AbstractAsyncContextManager[Any]]
Routes = dict[str, list[Registration]]

HOLE_SECONDS = 0.005
SAVE_SECONDS = 0.025
GRACE_SECONDS = 5.0
SAVE_EVENTS = 100


class Pace:
    """How many events are taken at once: as many as take about a tenth of a second, so that little is done twice."""

    SMALLEST, LARGEST, TARGET_SECONDS = 16, 1000, 0.1

    def __init__(self) -> None:
        self.size = self.SMALLEST

    def took(self, seconds: float) -> None:
        if seconds > self.TARGET_SECONDS:
            self.size = max(self.SMALLEST, self.size // 4)
        elif seconds < self.TARGET_SECONDS / 2:
            self.size = min(self.LARGEST, self.size * 8)


class Lane(ABC):
    """One cursor on the log. `step` does a little work; `run` does it for ever."""

    name: str

    def __init__(self, lease: Lease, around: Around, *, twice: bool = False) -> None:
        self.lease, self.around, self.twice = lease, around, twice
        self.bell, self.control = new_bell(), new_bell("control")
        self.pace = Pace()
        self.handled = self.failed = 0
        self._saved_at = 0.0

    async def start(self) -> None:
        """Where the cursor stands now, and what waits for another try."""
        self.control.clear()
        await self.aclose()
        connection, place = self.lease.connection, (self.lease.consumer, self.name)
        async with self.lease.turn, connection.transaction():
            self.cursor = await Cursor.take(connection, *place)
            rows = await connection.fetch(deliveries.BLOCKED, *place)
            self.due_in(await connection.fetchval(deliveries.NEXT_DUE, *place))
        self.reader = LogReader(self.lease, self.cursor.pos)
        self.blocked = {(row["handler"], row["key"]) for row in rows}

    async def aclose(self) -> None:
        if hasattr(self, "reader"):
            await self.reader.aclose()

    async def look_for_due(self) -> None:
        self.due_in(await self.lease.fetchval(deliveries.NEXT_DUE, self.lease.consumer, self.name))

    def due_in(self, seconds: float | None) -> None:
        self.due_at: float | None = None if seconds is None else time.monotonic() + seconds

    def routes(self) -> Routes:
        found: Routes = {}
        for registration in registrations(self.lease.consumer):
            if registration.lane == self.name:
                found.setdefault(registration.fact.name, []).append(registration)
        return found

    async def step(self) -> bool:
        """Some new events and what is due again. False when there was nothing to do."""
        try:
            return await self._step()
        except LeaseLost:
            await self.start()
            return True
        finally:
            trace.done()

    async def _step(self) -> bool:
        if self.control.is_set():
            await self.start()
        if self.cursor.paused:
            return False
        async with self.around():
            started = time.perf_counter()
            read = await self.read_on(self.routes())
            self.pace.took(time.perf_counter() - started)
            return await self._retry() or read

    async def _retry(self) -> bool:
        if self.due_at is None or self.due_at > time.monotonic():
            return False
        due = await self.lease.fetch(deliveries.DUE, self.lease.consumer, self.name)
        by_name = {f"{kind} {r.name}": r for kind, found in self.routes().items() for r in found}
        for delivery in due:
            registration = by_name.get(f"{delivery['type']} {delivery['handler']}")
            if await self.try_again(delivery, registration):
                self.blocked.discard((delivery["handler"], delivery["key"]))
        await self.look_for_due()
        return bool(due)

    async def save(self, pos: int | None = None, *, troubles: list[Trouble] | None = None) -> None:
        """Move the cursor outside of any handler's transaction. Raises LeaseLost."""
        async with self.lease.turn:
            connection = self.lease.connection
            if troubles:
                async with connection.transaction():
                    await deliveries.write_all(connection, troubles)
                    await self.cursor.move(connection, self.reader.pos if pos is None else pos)
            else:
                await self.cursor.move(connection, self.reader.pos if pos is None else pos)
        self._saved_at = time.monotonic()

    async def save_now_and_then(self) -> None:
        """Seldom, since each save leaves a dead row behind as long as somewhere a transaction stays open."""
        often = time.monotonic() - self._saved_at < SAVE_SECONDS
        if not often or self.reader.pos - self.cursor.pos >= SAVE_EVENTS:
            await self.save()

    async def save_rest(self) -> None:
        if self.reader.pos > self.cursor.pos:
            await self.save()

    @property
    def hole_seconds(self) -> float:
        """How long the cursor has been waiting for a missing id; 0 when it does not."""
        return self.reader.hole_seconds if hasattr(self, "reader") else 0.0

    def blocks(self, registration: Registration, event: Record) -> bool:
        """Does an earlier event of this key still wait for this handler?"""
        return bool(self.blocked) and registration.ordered and (registration.name, event["key"]) in self.blocked

    def block(self, registration: Registration, event: Record) -> None:
        self.failed += 1
        self.due_at = time.monotonic()
        if registration.ordered and event["key"] is not None:
            self.blocked.add((registration.name, event["key"]))

    async def run(self, poll_seconds: Callable[[], float]) -> None:
        await self.start()
        while True:
            self.bell.clear()
            if not await self._whole_step():
                await self._rest(poll_seconds())

    async def _whole_step(self) -> bool:
        """Not cut in two when the process is asked to stop: what was begun is finished, and noted."""
        step = asyncio.ensure_future(self.step())
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            await asyncio.wait({step}, timeout=GRACE_SECONDS)
            await self.save_rest()
            raise

    async def _rest(self, seconds: float) -> None:
        if self.reader.waits_for_a_hole:
            seconds = HOLE_SECONDS
        elif self.reader.pos > self.cursor.pos:
            seconds = SAVE_SECONDS
        if self.due_at is not None:
            seconds = min(seconds, max(0.0, self.due_at - time.monotonic()))
        try:
            await asyncio.wait_for(self.bell.wait(), seconds)
        except TimeoutError:
            await self.save_rest()

    @abstractmethod
    async def read_on(self, routes: Routes) -> bool:
        """Read some new events and call the handlers. False when there were none."""

    @abstractmethod
    async def try_again(self, delivery: Record, registration: Registration | None) -> bool:
        """Once more, whatever comes of it. True when nothing of its key waits any more."""


def unknown(delivery: Record) -> LookupError:
    return LookupError(f"no handler called {delivery['handler']} in this release")
