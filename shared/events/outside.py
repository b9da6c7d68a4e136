"""The lane of `handler(event)`: it may call the outside, and is called at least once.

Nothing is written for an event that is handled well, but where the cursor stands, now and then. Events of one key
are handled one after another, those of different keys beside each other; what failed is tried again beside both.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from asyncpg import Record

from shared.events import deliveries, trace
from shared.events.bus import DomainFact, Registration
from shared.events.connection import TROUBLES
from shared.events.deliveries import Trouble
from shared.events.lane import GRACE_SECONDS, Around, Lane, Routes, unknown
from shared.events.lease import Lease
from shared.events.reader import Batch
from shared.events.tries import Failure, Tries
from shared.events.versions import parse

WORKERS = 8
Work = tuple[Record, list[Registration]]


class OutsideLane(Lane):
    name = "outside"

    def __init__(self, lease: Lease, around: Around, *, twice: bool = False) -> None:
        super().__init__(lease, around, twice=twice)
        self.tries = Tries(self.bell, at_once=WORKERS)

    async def start(self) -> None:
        await super().start()
        # Events above a hole, which unordered handlers were told already.
        self.early: set[int] = set()

    async def read_on(self, routes: Routes) -> bool:
        if done := self.tries.take_done():
            await self._settle(done)
        batch = await self.reader.read(self.pace.size + len(self.early))
        work = self._choose(batch, routes)
        self.troubles: list[Trouble] = []
        if work:
            await self._call_all(work)
        if batch.settled:
            self.reader.pos = batch.settled[-1]["id"]
        if self.troubles:
            await self.save(troubles=self.troubles)
        elif batch.settled:
            await self.save_now_and_then()
        return bool(done or work or batch.settled)

    def _choose(self, batch: Batch, routes: Routes) -> list[Work]:
        if self.early:
            work = [(row, self._rest_for(row, routes)) for row in batch.settled]
            self.early.difference_update([row["id"] for row in batch.settled])
        else:
            work = [(row, found) for row in batch.settled if (found := routes.get(row["type"]))]
        for row in batch.early:
            if row["id"] not in self.early:
                self.early.add(row["id"])
                work.append((row, [r for r in routes.get(row["type"], ()) if not r.ordered]))
        return [item for item in work if item[1]]

    def _rest_for(self, row: Record, routes: Routes) -> list[Registration]:
        return [r for r in routes.get(row["type"], ()) if r.ordered or row["id"] not in self.early]

    async def _call_all(self, work: list[Work]) -> None:
        groups: defaultdict[object, list[Work]] = defaultdict(list)
        for item in work:
            row = item[0]
            groups[row["key"] or row["id"]].append(item)
        queue = iter(groups.values())
        if len(groups) == 1:
            await self._drain(queue)
        else:
            await asyncio.gather(*(self._drain(queue) for _ in range(min(WORKERS, len(groups)))))
        self.handled += len(work)

    async def _drain(self, queue: Iterator[list[Work]]) -> None:
        """The hot path: what is done here is done for every event, so it is spelled out."""
        handling, blocked = trace.handling, self.blocked
        for group in queue:
            for row, found in group:
                handling(row)
                if len(found) > 1 or blocked or self.twice:
                    await self._tell(row, found)
                    continue
                try:
                    await found[0].handler(parse(found[0].fact, row))
                except Exception as error:  # noqa: BLE001  a handler's failure is its own
                    self._note(found[0], row, error)

    async def _tell(self, row: Record, found: list[Registration]) -> None:
        fact: DomainFact | None = None
        for registration in found:
            if self.blocks(registration, row):
                self.troubles.append(Trouble(registration, row["id"]))
                continue
            try:
                if fact.__class__ is not registration.fact:
                    fact = parse(registration.fact, row)
                await registration.handler(fact)
                if self.twice:
                    await registration.handler(fact)
            except Exception as error:  # noqa: BLE001  a handler's failure is its own
                self._note(registration, row, error)

    def _note(self, registration: Registration, row: Record, error: Exception) -> None:
        self.troubles.append(Trouble(registration, row["id"], error))
        self.block(registration, row)

    async def try_again(self, delivery: Record, registration: Registration | None) -> bool:
        """Only begins it: its key stays blocked until `_settle`, so nothing overtakes it meanwhile."""
        if not self.tries.are_enough:
            self.tries.begin(delivery, self._attempt(delivery, registration))
        return False

    async def _attempt(self, delivery: Record, registration: Registration | None) -> Failure:
        if registration is None:
            return unknown(delivery)
        trace.handling(delivery)
        try:
            async with self.around():
                for _ in range(2 if self.twice else 1):
                    await registration.handler(parse(registration.fact, delivery))
        except Exception as error:  # noqa: BLE001  a handler's failure is its own
            return error
        return None

    async def _settle(self, done: list[tuple[Record, Failure]]) -> None:
        async with self.lease.turn, self.lease.connection.transaction():
            for delivery, failure in done:
                if await deliveries.settle(self.lease.connection, delivery, failure):
                    self.blocked.discard((delivery["handler"], delivery["key"]))
        await self.look_for_due()

    def under_way(self) -> tuple[list[str], list[int]]:
        return self.tries.names()

    async def end_of_tries(self) -> bool:
        return await self.tries.wait()

    async def look_for_due(self) -> None:
        if self.tries.are_enough:
            # The first to be done looks again.
            self.due_in(None)
        else:
            await super().look_for_due()

    async def aclose(self) -> None:
        with suppress(*TROUBLES):
            done = await self.tries.aclose(seconds=0 if self.lease.connection.is_closed() else GRACE_SECONDS)
            if done:
                await self._settle(done)
        await super().aclose()
