"""Readers in this process are woken by a bell after a commit; those in other processes by NOTIFY.

NOTIFY takes a lock for all commits of the server, so it stays out of the callers' transactions: a wire says at
most one every 5 ms, whatever was committed. A crash between the commit and the hint costs one poll.
"""

import asyncio
import random
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, ref

import structlog
from prometheus_client import Counter
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from shared.events.connection import TROUBLES, Connection, connected

log = structlog.get_logger("events")

CHANNEL = "bus"
TOPICS = ("events", "schedule", "control")
# Between two NOTIFYs; the longer one while commits crowd, when readers do not rest anyway.
GAP_SECONDS, BUSY_GAP_SECONDS, CROWD = 0.005, 0.02, 4
HEALTH_SECONDS = 30.0

NOTIFIES = Counter("rose_event_notifies", "NOTIFYs said to other processes")

# Each leaves the list when nobody keeps it any more. Rung after every commit, so a list and not a WeakSet.
_bells: dict[str, list[ref[asyncio.Event]]] = {topic: [] for topic in TOPICS}
_wires: list["Wire"] = []


def new_bell(*topics: str) -> asyncio.Event:
    """Rings at news of any of these topics."""
    bell = asyncio.Event()
    for bells in (_bells[topic] for topic in topics):
        bells.append(ref(bell, bells.remove))
    return bell


def ring(*topics: str) -> None:
    for topic in topics:
        for known in tuple(_bells.get(topic, ())):
            if bell := known():
                bell.set()


def wired() -> bool:
    """Does this process tell the others by itself? Then nobody's transaction has to."""
    return bool(_wires)


def wake_after_commit(session: Session | AsyncSession, *topics: str) -> None:
    session.info.setdefault("wakes", set()).update(topics)


@event.listens_for(Session, "after_commit")
def _after_commit(session: Session) -> None:
    if not session.in_nested_transaction() and (topics := session.info.pop("wakes", None)):
        ring(*topics)
        for wire in _wires:
            wire.say(topics)


@event.listens_for(Session, "after_rollback")
def _after_rollback(session: Session) -> None:
    session.info.pop("wakes", None)


class Wire:
    """One of a process's two connections of its own: hears the other processes, and tells them.

    All processors of a process share it: whichever runs it first keeps it up, and when that one ends, the next does.
    """

    def __init__(self) -> None:
        self.up = asyncio.Event()
        self._turn = asyncio.Lock()
        self._topics: set[str] = set()
        self._said = 0
        self._poked = asyncio.Event()

    def say(self, topics: set[str]) -> None:
        self._topics |= topics
        self._said += 1
        self._poked.set()

    async def run(self) -> None:
        async with self._turn:
            while True:
                try:
                    await self._serve()
                except TROUBLES as error:
                    log.warning("event wire broken", error=repr(error))
                await asyncio.sleep(random.uniform(0.1, 0.5))

    async def come_up(self) -> None:
        """Soon, or not: lanes begin anew when a wire comes up, so they had better wait for the first time."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.up.wait(), 1)

    async def _serve(self) -> None:
        async with connected("rose-bus-wire") as connection:
            await connection.add_listener(CHANNEL, self._hear)
            connection.add_termination_listener(lambda _: self._poked.set())
            self.up.set()
            _wires.append(self)
            ring(*TOPICS)
            try:
                while True:
                    await self._tell(connection)
            finally:
                self.up.clear()
                _wires.remove(self)

    async def _tell(self, connection: Connection) -> None:
        alarm = asyncio.get_running_loop().call_later(HEALTH_SECONDS, self._poked.set)
        await self._poked.wait()
        alarm.cancel()
        self._poked.clear()
        payload, self._topics, self._said = ",".join(sorted(self._topics)), set(), 0
        # Without topics it only asks whether the connection still lives.
        await connection.execute(f"SELECT pg_notify('{CHANNEL}', '{payload}')" if payload else "SELECT 1")
        if payload:
            NOTIFIES.inc()
        await asyncio.sleep(GAP_SECONDS)
        if self._said >= CROWD:
            await asyncio.sleep(BUSY_GAP_SECONDS - GAP_SECONDS)

    def _hear(self, connection: Any, pid: int, _: str, payload: object) -> None:
        if pid != connection.get_server_pid():
            ring(*str(payload).split(","))


_of_engines: WeakKeyDictionary[AsyncEngine, Wire] = WeakKeyDictionary()


def wire(engine: AsyncEngine) -> Wire:
    """The one wire of this process to that database."""
    return _of_engines.setdefault(engine, Wire())
