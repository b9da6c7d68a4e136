"""What the log needs beside readers: facts whose moment has come, partitions ahead, and old ones dropped; and what an
earlier release left behind, taken away.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog
from asyncpg import PostgresError

from shared.events import inbox_pieces, leftovers, partitions, schedule
from shared.events.connection import Connection
from shared.events.lane import Lane
from shared.events.lease import Lease
from shared.events.wakeup import new_bell, ring

log = structlog.get_logger("events")

T = TypeVar("T")

PEEK_SECONDS = 10.0
PEEK = f"SELECT ({schedule.NEXT}), {partitions.HEAD}"
TIDY_SECONDS = 3600.0
# A backup reads every piece for as long as it takes. There is time: three pieces are ahead.
AGAIN_SECONDS = 300.0


class Keeper:
    """Every lease holder has one: row locks and a lock for partitions let one at a time do each thing."""

    def __init__(self, lease: Lease, lanes: Sequence[Lane]) -> None:
        self.lease, self.lanes = lease, lanes
        self.bell = new_bell("schedule")
        self._tidy_at = 0.0
        self._head = 0
        self._enough_up_to: int | None = 0
        self._wait = PEEK_SECONDS
        self._put_off = self._said = False

    async def run(self) -> None:
        while True:
            self.bell.clear()
            if not await self.step(tidy=self._is_late()):
                await self._rest()

    def _is_late(self) -> bool:
        short = self._enough_up_to is not None and self._head > self._enough_up_to
        return short or time.monotonic() >= self._tidy_at

    async def step(self, *, tidy: bool = False) -> bool:
        """Moves what is due into the log. False when nothing was."""
        connection, moved, found, self._wait = self.lease.connection, False, False, PEEK_SECONDS
        async with self.lease.turn, connection.transaction():
            if tidy:
                found = await leftovers.settle(connection, self.lease.consumer, self.lanes)
                await schedule.store(connection, self.lease.consumer)
            ((seconds, self._head),) = await connection.fetch(PEEK)
            if seconds is not None and seconds <= 0:
                moved = await schedule.move_due(connection)
            elif seconds is not None:
                self._wait = min(PEEK_SECONDS, seconds)
            if tidy:
                await self._tidy(connection)
        if found:
            ring("control", "events")
        if moved:
            ring("events")
        return moved

    async def _tidy(self, connection: Connection) -> None:
        """Last in its transaction, since whatever is locked here is so until the end of it."""
        self._put_off = False
        self._enough_up_to = await self._try(partitions.make_ahead, connection)
        await self._try(inbox_pieces.make_ahead, connection)
        await self._try(inbox_pieces.drop_old, connection)
        await self._try(partitions.drop_old, connection)
        self._tidy_at = time.monotonic() + (AGAIN_SECONDS if self._put_off else TIDY_SECONDS)
        self._said = self._put_off

    async def _try(self, chore: Callable[[Connection], Awaitable[T]], connection: Connection) -> T | None:
        """What cannot be done now (somebody reads what it must lock) holds up neither handlers nor emitters."""
        try:
            async with connection.transaction():
                return await chore(connection)
        except PostgresError as error:
            if not self._said:
                log.warning("tidying is put off", chore=chore.__module__, error=repr(error), wait=AGAIN_SECONDS)
            self._put_off = self._said = True
            return None

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self.bell.wait(), self._wait)
        except TimeoutError:
            return
