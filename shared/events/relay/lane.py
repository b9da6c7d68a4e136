"""The relay's lane: one more reader of the log, whose handler is a broker.

The cursor moves when the broker has stored the whole batch: at least once, in order for each key. Lease, pause,
rewind, lag and dead letters are those of any consumer.
"""

import random
import time

import structlog
from asyncpg import Record

from shared.events import deliveries
from shared.events.bus import DomainFact, Registration, public_facts
from shared.events.deliveries import Trouble
from shared.events.lane import Around, Lane, Routes, unknown
from shared.events.lease import Lease
from shared.events.relay.message import Message
from shared.events.relay.sink import BrokerAway, Sink

log = structlog.get_logger("relay")

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class RelayLane(Lane):
    name = "outside"

    def __init__(self, lease: Lease, around: Around, sink: Sink) -> None:
        super().__init__(lease, around)
        self.sink = sink
        self._routes = {name: [_registration(fact, lease.consumer)] for name, fact in public_facts().items()}
        self._is_open = False
        self._pause = FIRST_PAUSE
        self._not_before = 0.0

    def routes(self) -> Routes:
        return self._routes

    async def read_on(self, routes: Routes) -> bool:
        if time.monotonic() < self._not_before:
            return False
        rows = (await self.reader.read(self.pace.size)).settled
        if not rows:
            return False
        mine = [row for row in rows if row["type"] in routes]
        try:
            troubles = await self._pour(mine, routes) if mine else []
        except BrokerAway as reason:
            await self._stand_back(reason)
            return False
        self.handled += len(mine)
        self.reader.pos = rows[-1]["id"]
        await (self.save(troubles=troubles) if troubles else self.save_now_and_then())
        return True

    async def _pour(self, rows: list[Record], routes: Routes) -> list[Trouble]:
        await self._open()
        troubles, sent = [], []
        for row in rows:
            registration = routes[row["type"]][0]
            if self.blocks(registration, row):
                troubles.append(Trouble(registration, row["id"]))
            elif error := await self._send(registration.fact, row):
                troubles.append(self._note(registration, row, error))
            else:
                sent.append(row)
        for refusal in await self.sink.settle():
            row = sent[refusal.place]
            registration = routes[row["type"]][0]
            if refusal.reason is None:
                troubles.append(Trouble(registration, row["id"]))
            else:
                troubles.append(self._note(registration, row, refusal.reason))
        return troubles

    async def _send(self, fact: type[DomainFact], event: Record) -> Exception | None:
        """What is wrong with this one message, if anything. Raises BrokerAway."""
        try:
            await self.sink.send(Message.of(fact, event))
        except BrokerAway:
            raise
        except Exception as error:  # noqa: BLE001  a message that cannot be sent holds up no other
            return error
        return None

    def _note(self, registration: Registration, row: Record, error: Exception) -> Trouble:
        self.block(registration, row)
        return Trouble(registration, row["id"], error)

    async def try_again(self, delivery: Record, registration: Registration | None) -> bool:
        try:
            failure = await self._attempt(delivery, registration)
        except BrokerAway as reason:
            await self._stand_back(reason)
            return False
        async with self.lease.turn, self.lease.connection.transaction():
            return await deliveries.settle(self.lease.connection, delivery, failure)

    async def _attempt(self, delivery: Record, registration: Registration | None) -> Exception | None:
        if registration is None:
            return unknown(delivery)
        await self._open()
        failure = await self._send(registration.fact, delivery)
        refused = [refusal.reason for refusal in await self.sink.settle()]
        return failure or (refused[0] if refused else None)

    def due_in(self, seconds: float | None) -> None:
        super().due_in(seconds)
        if self.due_at is not None:
            self.due_at = max(self.due_at, self._not_before)

    async def _open(self) -> None:
        if time.monotonic() < self._not_before:
            raise BrokerAway
        if not self._is_open:
            await self.sink.open()
            self._is_open = True
            self._pause = FIRST_PAUSE
            log.info("relay is connected", sink=self.sink.name)

    async def _stand_back(self, reason: BrokerAway) -> None:
        """Nothing is noted as failed: the cursor stays, and after a while everything since is sent again."""
        if time.monotonic() < self._not_before:
            return
        log.warning("broker away", sink=self.sink.name, reason=repr(reason.__cause__ or reason), wait=self._pause)
        await self._shut()
        self._not_before = self.due_at = time.monotonic() + self._pause * random.uniform(0.5, 1)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _shut(self) -> None:
        self._is_open = False
        await self.sink.aclose()

    async def leave(self) -> None:
        await super().leave()
        await self._shut()


def _registration(fact: type[DomainFact], consumer: str) -> Registration:
    async def publish(_: DomainFact) -> None:
        """Gives the relay a name among the handlers; the lane does its work."""

    return Registration(fact, publish, consumer, takes_session=False, ordered=True)
