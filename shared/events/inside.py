"""The lane of `handler(session, event)`: what it writes and the cursor's move are one transaction, so it takes
effect exactly once.

A batch of events is one transaction. When anything in it fails, it is undone and done again event by event, so
that only the failing handler's work is missing and only it gets a row.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg import Record
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.db.last_words import TalkingConnection
from shared.db.session import engine
from shared.events import deliveries, trace
from shared.events.bus import Registration
from shared.events.connection import ConnectionLost
from shared.events.deliveries import Trouble, driver
from shared.events.lane import Lane, Routes, unknown
from shared.events.lease import LOST, LeaseLost
from shared.events.outbox import has_facts
from shared.events.versions import parse


class NoConnection(ConnectionError):
    """The pool has none, or the database is away: nobody's fault."""


class InsideLane(Lane):
    name = "inside"
    at_once = 1000
    _session: AsyncSession | None = None
    _held: AsyncConnection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        """In one session on one connection of the pool, kept as long as there is work: making them anew, and asking
        whether the connection is still there, takes longer than the work.
        """
        if self._session is None:
            held = await _connected()
            self._driver: Any = (await held.get_raw_connection()).driver_connection
            self._session, self._held = AsyncSession(held, expire_on_commit=False), held
        try:
            async with self._session.begin():
                yield self._session
        except BaseException as error:
            await self._let_go()
            if isinstance(error, DBAPIError) and LOST in str(error.orig):
                raise LeaseLost from error
            raise
        # The next handler finds nothing of this one.
        self._session.expunge_all()
        self._session.info.clear()

    async def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await self._held.close()

    async def leave(self) -> None:
        await self._let_go()
        await super().leave()

    async def read_on(self, routes: Routes) -> bool:
        rows = (await self.reader.read(self.pace.size)).settled
        if not rows:
            await self._let_go()
            return False
        mine = [row for row in rows if row["type"] in routes]
        for first in range(0, len(mine), self.at_once):
            some = mine[first : first + self.at_once]
            await self._handle(some, routes, some[-1]["id"])
            self.reader.pos = some[-1]["id"]
        self.reader.pos = rows[-1]["id"]
        if self.reader.pos > self.cursor.pos:
            await self.save_now_and_then()
        return True

    async def _handle(self, rows: list[Record], routes: Routes, pos: int) -> None:
        try:
            await self._all_at_once(rows, routes, pos)
        except (LeaseLost, NoConnection):
            raise
        except Exception as error:  # noqa: BLE001  whose fault it was shows one by one
            await self._blame(error)
            await self._one_by_one(rows, routes, pos)
        self.handled += len(rows)

    async def _blame(self, error: Exception) -> None:
        """A handler can lose the session's connection, when it leaves it idle for too long. When the one that reads
        is gone too, it was the database: raises what it says.
        """
        if _disconnected(error):
            await self.lease.fetchval("SELECT 1")

    async def _all_at_once(self, rows: list[Record], routes: Routes, pos: int) -> None:
        async with self._transaction() as session:
            for row in rows:
                trace.handling(row)
                for registration in routes[row["type"]]:
                    await self._tell(session, registration, row)
            await self._move(session, pos)

    async def _move(self, session: AsyncSession, pos: int) -> None:
        """As cheaply as what the handlers did allows: they may have said nothing to the database."""
        talks = isinstance(self._driver, TalkingConnection)
        if has_facts(session) or not talks:
            await driver(session)
        if talks and self._driver.is_in_transaction():
            await self.cursor.move_at_commit(self._driver, pos)
        else:
            await self.cursor.move(self._driver, pos)

    async def _tell(self, session: AsyncSession, registration: Registration, row: Record) -> None:
        if self.blocks(registration, row):
            await Trouble(registration, row["id"]).write(await driver(session))
            return
        await self._call(session, registration, row)

    async def _call(self, session: AsyncSession, registration: Registration, row: Record) -> None:
        await registration.handler(session, parse(registration.fact, row))
        if self.twice:
            await session.flush()
            await registration.handler(session, parse(registration.fact, row))
        if session.new or session.dirty or session.deleted:
            await session.flush()

    async def _one_by_one(self, rows: list[Record], routes: Routes, pos: int) -> None:
        for place, row in enumerate(rows):
            last = place == len(rows) - 1
            await self._carefully(row, routes[row["type"]], pos if last else row["id"])

    async def _carefully(self, row: Record, found: list[Registration], pos: int) -> None:
        failed: list[Trouble] = []
        try:
            async with self._transaction() as session:
                failed = await self._tell_each(session, found, row)
                connection = await driver(session)
                await deliveries.write_all(connection, failed)
                await self.cursor.move(connection, pos)
        except (LeaseLost, NoConnection):
            raise
        except Exception as error:  # noqa: BLE001  a handler's failure is its own
            # All of it failed (a deferred constraint, a lost connection), so nobody knows whose fault it was.
            await self._blame(error)
            failed = [Trouble(registration, row["id"], error) for registration in found]
            await self.save(pos, troubles=failed)
        self.reader.pos = pos
        for trouble in failed:
            self.block(trouble.registration, row)

    async def _tell_each(self, session: AsyncSession, found: list[Registration], row: Record) -> list[Trouble]:
        failed: list[Trouble] = []
        trace.handling(row)
        for registration in found:
            try:
                async with session.begin_nested():
                    await self._tell(session, registration, row)
            except Exception as error:
                if _disconnected(error):
                    raise
                failed.append(Trouble(registration, row["id"], error))
        return failed

    async def try_again(self, delivery: Record, registration: Registration | None) -> bool:
        trace.handling(delivery)
        try:
            return await self._try_again(delivery, registration)
        except (LeaseLost, NoConnection):
            raise
        except Exception as error:  # noqa: BLE001  a handler's failure is its own
            await self._blame(error)
            async with self.lease.turn, self.lease.connection.transaction():
                return await deliveries.settle(self.lease.connection, delivery, error)

    async def _try_again(self, delivery: Record, registration: Registration | None) -> bool:
        async with self._transaction() as session:
            connection = await driver(session)
            if not await deliveries.claim(connection, delivery):
                return False
            failure = await self._attempt(session, delivery, registration)
            return await deliveries.settle(connection, delivery, failure)

    async def _attempt(
        self, session: AsyncSession, delivery: Record, registration: Registration | None
    ) -> Exception | None:
        if registration is None:
            return unknown(delivery)
        try:
            async with session.begin_nested():
                await self._call(session, registration, delivery)
        except Exception as error:
            if _disconnected(error):
                raise
            return error
        return None


async def _connected() -> AsyncConnection:
    try:
        return await engine().connect()
    except (SQLAlchemyError, OSError) as error:
        raise NoConnection from error


def _disconnected(error: Exception) -> bool:
    gone = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, ConnectionLost)
    return isinstance(error, gone) or (isinstance(error, DBAPIError) and error.connection_invalidated)
