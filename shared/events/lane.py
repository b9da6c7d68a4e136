"""An app reads the log twice, in two lanes: handlers that take the session, and those that call the outside.

So a mail server that is slow holds up no stock. What both lanes share is here: the cursor, the pace, who waits.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
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

# A missing id is looked for soon, and less often the longer it has not come.
HOLE_SECONDS, HOLE_PART, LONGEST_HOLE_SECONDS = 0.005, 0.1, 0.25
SAVE_SECONDS = 0.025
GRACE_SECONDS = 5.0
SAVE_EVENTS = 100
# Then the lane reads on, whatever else is due.
RETRY_SECONDS = 0.1


class Pace:
    """How many events are taken at once: as many as take about a tenth of a second, so that little is done twice.

    After a rest few again: nobody knows how long the next ones will take.
    """

    SMALLEST, LARGEST, TARGET_SECONDS = 16, 1000, 0.1

    def __init__(self) -> None:
        self.size = self.SMALLEST

    def took(self, seconds: float) -> None:
        if seconds > self.TARGET_SECONDS:
            self.size = max(self.SMALLEST, self.size // 4)
        elif seconds < self.TARGET_SECONDS / 2:
            self.size = min(self.LARGEST, self.size * 8)

    def rested(self) -> None:
        self.size = self.SMALLEST


class Lane(ABC):
    """One cursor on the log. `step` does a little work; `run` does it for ever."""

    name: str

    def __init__(self, lease: Lease, around: Around, *, twice: bool = False) -> None:
        self.lease, self.around, self.twice = lease, around, twice
        self.bell, self.control = new_bell("events", "control"), new_bell("control")
        self.pace = Pace()
        self.handled = self.failed = 0
        self._saved_at = 0.0

    async def start(self) -> None:
        """Where the cursor stands now, and what waits for another try."""
        self.control.clear()
        await self.leave()
        connection, place = self.lease.connection, (self.lease.consumer, self.name)
        async with self.lease.turn, connection.transaction():
            self.cursor = await Cursor.take(connection, *place)
            await connection.execute(deliveries.RELEASE)
            rows = await connection.fetch(deliveries.BLOCKED, *place)
            self.due_in(await connection.fetchval(deliveries.NEXT_DUE, *place, *self.under_way()))
        self.reader = LogReader(self.lease, self.cursor.pos)
        self.blocked = {(row["handler"], row["key"]) for row in rows}

    async def leave(self) -> None:
        """Let go of what belongs to the place in the log."""
        if hasattr(self, "reader"):
            await self.reader.aclose()

    async def aclose(self) -> None:
        await self.leave()

    def under_way(self) -> tuple[list[str], list[int]]:
        """Handlers and events of the deliveries that are being tried beside the reading."""
        return [], []

    async def end_of_tries(self) -> bool:
        """Waits for one of those. False when there are none."""
        return False

    async def look_for_due(self) -> None:
        place = (self.lease.consumer, self.name)
        self.due_in(await self.lease.fetchval(deliveries.NEXT_DUE, *place, *self.under_way()))

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
            await self.save_rest()
            await self.start()
        if self.cursor.paused:
            return False
        async with self.around():
            started = time.perf_counter()
            if read := await self.read_on(self.routes()):
                self.pace.took(time.perf_counter() - started)
            else:
                self.pace.rested()
            return await self._retry() or read

    async def _retry(self) -> bool:
        if self.due_at is None or self.due_at > time.monotonic():
            return False
        due = await self.lease.fetch(deliveries.DUE, self.lease.consumer, self.name, *self.under_way())
        by_name = {f"{kind} {r.name}": r for kind, found in self.routes().items() for r in found}
        until = time.monotonic() + RETRY_SECONDS
        for delivery in due:
            registration = by_name.get(f"{delivery['type']} {delivery['handler']}")
            if await self.try_again(delivery, registration):
                self.blocked.discard((delivery["handler"], delivery["key"]))
            if time.monotonic() > until:
                break
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
            if not await self._whole_step() and not await self._rang(self._patience(poll_seconds())):
                # Whoever moved the cursor meanwhile has rung the bell, too.
                with suppress(LeaseLost):
                    await self.save_rest()

    async def _whole_step(self) -> bool:
        """Not cut in two when the process is asked to stop: what was begun is finished, and noted."""
        step = asyncio.ensure_future(self.step())
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            await self._finish(step)
            raise

    async def _finish(self, step: "asyncio.Future[bool]") -> None:
        """What does not end in time is ended, so that the next reader does not do it beside us."""
        await asyncio.wait({step}, timeout=GRACE_SECONDS)
        step.cancel()
        await asyncio.gather(step, return_exceptions=True)
        with suppress(LeaseLost):
            await self.save_rest()

    def _patience(self, seconds: float) -> float:
        """How long there can be nothing to do."""
        if self.cursor.paused:
            return seconds
        if self.reader.waits_for_a_hole:
            seconds = min(LONGEST_HOLE_SECONDS, max(HOLE_SECONDS, self.reader.hole_seconds * HOLE_PART))
        elif self.reader.pos > self.cursor.pos:
            seconds = SAVE_SECONDS
        return seconds if self.due_at is None else min(seconds, max(0.0, self.due_at - time.monotonic()))

    async def _rang(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self.bell.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @abstractmethod
    async def read_on(self, routes: Routes) -> bool:
        """Read some new events and call the handlers. False when there were none."""

    @abstractmethod
    async def try_again(self, delivery: Record, registration: Registration | None) -> bool:
        """Once more, whatever comes of it. True when nothing of its key waits any more."""


def unknown(delivery: Record) -> LookupError:
    return LookupError(f"no handler called {delivery['handler']} in this release")
