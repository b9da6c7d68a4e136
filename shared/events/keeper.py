"""What the log needs beside readers: facts whose moment has come, partitions ahead, and old ones dropped."""

import asyncio
import time

from shared.events import inbox_pieces, partitions, schedule
from shared.events.lease import Lease
from shared.events.wakeup import new_bell, ring

PEEK_SECONDS = 10.0
TIDY_SECONDS = 3600.0


class Keeper:
    """Every lease holder has one: row locks and a lock for partitions let one at a time do each thing."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.bell = new_bell("schedule")
        self._tidy_at = 0.0
        self._made_up_to = 0
        self._wait = PEEK_SECONDS

    async def run(self) -> None:
        async with self.lease.turn:
            await schedule.store(self.lease.connection)
        while True:
            self.bell.clear()
            if not await self.step():
                await self._rest()

    async def step(self) -> bool:
        """Moves what is due into the log. False when nothing was."""
        seconds = await self.lease.fetchval(schedule.NEXT)
        if seconds is None or seconds > 0:
            self._wait = PEEK_SECONDS if seconds is None else min(PEEK_SECONDS, seconds)
            return False
        async with self.lease.turn:
            moved = await schedule.move_due(self.lease.connection)
        if moved:
            ring("events")
        return moved

    async def _rest(self) -> None:
        async with self.lease.turn:
            self._made_up_to = await partitions.make_ahead(self.lease.connection, self._made_up_to)
            if time.monotonic() >= self._tidy_at:
                await partitions.drop_old(self.lease.connection)
                await inbox_pieces.tidy(self.lease.connection)
                self._tidy_at = time.monotonic() + TIDY_SECONDS
        try:
            await asyncio.wait_for(self.bell.wait(), self._wait)
        except TimeoutError:
            return
