"""Transactions that hold nothing but facts are written together: while one statement is under way, the next gathers.

Each is committed when its statement is; a statement is one transaction, so none is ever half there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.events.connection import TROUBLES, Connection
from shared.events.pending import Pending

Write = Callable[[Connection, list[Pending]], Awaitable[None]]
LARGEST = 1000


class Waiting(NamedTuple):
    """One transaction. `done` fails with what the database said."""

    facts: list[Pending]
    done: asyncio.Future[None]


class Gathering:
    """One for each pool; one statement at a time."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, engine: Engine, facts: list[Pending]) -> None:
        """Returns when they are committed. Who is cancelled may find them committed all the same."""
        mine = Waiting(facts, asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._begin(engine)
        await mine.done

    def _begin(self, engine: Engine) -> None:
        if self._task is None and self._waiting:
            self._task = asyncio.create_task(self._work(engine))

    async def _work(self, engine: Engine) -> None:
        try:
            async with AsyncEngine(engine).connect() as pooled:
                raw: Any = await pooled.get_raw_connection()
                connection: Connection = raw.driver_connection
                while self._waiting and not connection.is_closed():
                    await self._write(connection, self._take())
                    # Whoever waited goes on first; giving the connection back can wait.
                    await asyncio.sleep(0)
        except Exception as error:  # noqa: BLE001  there is no connection to be had: that is everybody's news
            waiting, self._waiting = self._waiting, []
            _tell(waiting, error)
        finally:
            self._task = None
            self._begin(engine)

    def _take(self) -> list[Waiting]:
        """Who was cancelled before its turn came is left out: its facts never happened."""
        taken, size = 0, 0
        while taken < len(self._waiting) and size < LARGEST:
            size += len(self._waiting[taken].facts)
            taken += 1
        some, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return [one for one in some if not one.done.done()]

    async def _write(self, connection: Connection, some: list[Waiting]) -> None:
        try:
            await self.write(connection, [fact for one in some for fact in one.facts])
        except TROUBLES as error:
            if len(some) == 1 or connection.is_closed():
                _tell(some, error)
                return
            # One of them is at fault: each for itself shows which.
            for one in some:
                await self._write(connection, [one])
        else:
            _tell(some, None)


def _tell(some: Iterable[Waiting], error: Exception | None) -> None:
    for one in some:
        if one.done.done():
            continue
        if error is None:
            one.done.set_result(None)
        else:
            one.done.set_exception(error)


_gatherings: WeakKeyDictionary[Engine, Gathering] = WeakKeyDictionary()


def gathering(engine: Engine, write: Write) -> Gathering:
    return _gatherings.setdefault(engine, Gathering(write))
