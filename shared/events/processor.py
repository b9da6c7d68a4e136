"""Reads domain_events and calls the handlers of one app.

Any number of processes may run one: the lease lets one at a time read, and is free again the moment its holder
dies. docs/event-bus.md tells the whole story.
"""

import asyncio
import random
from contextlib import nullcontext

import structlog

from shared.db.session import engine
from shared.events.bus import Registration, registrations
from shared.events.connection import TROUBLES
from shared.events.inside import InsideLane
from shared.events.keeper import Keeper
from shared.events.lane import Around, Lane
from shared.events.lease import Lease
from shared.events.outside import OutsideLane
from shared.events.together import together
from shared.events.wakeup import Wire, wire

log = structlog.get_logger("events")

POLL_SECONDS = 1.0
# While the wire is up, a poll finds only what a crash between commit and hint left.
QUIET_POLL_SECONDS = 5.0


class EventProcessor:
    """Dispatches to the registered handlers of `consumer`: `run` for ever, `drain` and `step` for tests.

    `twice` is for tests: every handler is called a second time with each event, as after a crash or a rewind.
    """

    twice = False

    def __init__(self, consumer: str, *, around: Around = nullcontext) -> None:
        self.consumer = consumer
        self.around = around
        self.lanes: list[Lane] = []
        self._lease: Lease | None = None

    @property
    def _wire(self) -> Wire:
        return wire(engine())

    @property
    def handlers(self) -> list[Registration]:
        return registrations(self.consumer)

    async def run(self) -> None:
        await together(self._wire.run(), self._lead())

    async def _lead(self) -> None:
        while True:
            try:
                lease = await Lease.wait(self.consumer)
                await self._wire.come_up()
                await self._serve(lease)
            except TROUBLES as error:
                log.warning("event processing interrupted", consumer=self.consumer, error=repr(error))
            await asyncio.sleep(random.uniform(0.1, 0.5))

    async def _serve(self, lease: Lease) -> None:
        try:
            self._open(lease)
            work = [lane.run(self._poll_seconds) for lane in self.lanes]
            await together(*work, Keeper(lease, self.lanes).run())
        finally:
            await self.aclose()

    def _poll_seconds(self) -> float:
        return (QUIET_POLL_SECONDS if self._wire.up.is_set() else POLL_SECONDS) * random.uniform(0.9, 1.1)

    async def step(self) -> bool:
        """Some new events and what is due again. False when there was nothing to do, or another process reads."""
        if not await self._opened():
            return False
        return any([await lane.step() for lane in self.lanes])

    async def drain(self) -> bool:
        """Until nothing is left to do, scheduled facts that are due included. False when there was nothing."""
        lease = await self._opened()
        worked = lease is not None and await Keeper(lease, self.lanes).step()
        while await self.step() or await self._second_look() or await self._end_of_tries():
            worked = True
        for lane in self.lanes:
            await lane.save_rest()
        return worked

    async def _second_look(self) -> bool:
        """Whether a missing id will still come is known only after another look."""
        return any(lane.reader.waits_for_a_hole for lane in self.lanes) and await self.step()

    async def _end_of_tries(self) -> bool:
        return any([await lane.end_of_tries() for lane in self.lanes])

    async def start_cursor(self) -> None:
        await self._opened()

    async def aclose(self) -> None:
        """Give the lease back."""
        for lane in self.lanes:
            await lane.aclose()
        lease, self._lease, self.lanes = self._lease, None, []
        if lease is not None:
            await lease.aclose()

    async def _opened(self) -> Lease | None:
        if self._lease is None and (lease := await Lease.get(self.consumer)):
            self._open(lease)
            for lane in self.lanes:
                await lane.start()
        return self._lease

    def _open(self, lease: Lease) -> None:
        used = {registration.lane for registration in self.handlers}
        self._lease = lease
        self.lanes = [
            kind(lease, self.around, twice=self.twice) for kind in (InsideLane, OutsideLane) if kind.name in used
        ]
