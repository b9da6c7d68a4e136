"""What the log needs beside readers: facts whose moment has come, partitions ahead, and old ones dropped."""

import asyncio
import time

from shared.events import inbox_pieces, partitions, schedule
from shared.events.connection import Connection
from shared.events.lease import Lease
from shared.events.wakeup import new_bell, ring

PEEK_SECONDS = 10.0
PEEK = f"SELECT ({schedule.NEXT}), {partitions.HEAD}"
TIDY_SECONDS = 3600.0


class Keeper:
    """Every lease holder has one: row locks and a lock for partitions let one at a time do each thing."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.bell = new_bell("schedule")
        self._tidy_at = 0.0
        self._head = self._enough_up_to = 0
        self._wait = PEEK_SECONDS

    async def run(self) -> None:
        while True:
            self.bell.clear()
            late = self._head > self._enough_up_to or time.monotonic() >= self._tidy_at
            if not await self.step(tidy=late):
                await self._rest()

    async def step(self, *, tidy: bool = False) -> bool:
        """Moves what is due into the log. False when nothing was."""
        connection, moved, self._wait = self.lease.connection, False, PEEK_SECONDS
        async with self.lease.turn, connection.transaction():
            if tidy:
                await self._tidy(connection)
            ((seconds, self._head),) = await connection.fetch(PEEK)
            if seconds is not None and seconds <= 0:
                moved = await schedule.move_due(connection)
            elif seconds is not None:
                self._wait = min(PEEK_SECONDS, seconds)
        if moved:
            ring("events")
        return moved

    async def _tidy(self, connection: Connection) -> None:
        await schedule.store(connection)
        self._enough_up_to = await partitions.make_ahead(connection)
        await partitions.drop_old(connection)
        await inbox_pieces.tidy(connection)
        self._tidy_at = time.monotonic() + TIDY_SECONDS

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self.bell.wait(), self._wait)
        except TimeoutError:
            return
