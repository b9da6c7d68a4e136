"""The lane of `handler(session, event)`: what it writes and the cursor's move are one transaction, so it takes
effect exactly once.

A batch of events is one transaction. When anything in it fails, it is undone and done again event by event, so
that only the failing handler's work is missing and only it gets a row.
"""

from asyncpg import Record
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.events import deliveries, trace
from shared.events.bus import Registration
from shared.events.deliveries import Trouble, driver
from shared.events.lane import Lane, Routes, unknown
from shared.events.lease import LeaseLost
from shared.events.versions import parse


class InsideLane(Lane):
    name = "inside"

    async def read_on(self, routes: Routes) -> bool:
        rows = (await self.reader.read(self.pace.size)).settled
        if not rows:
            return False
        mine = [row for row in rows if row["type"] in routes]
        if mine:
            await self._handle(mine, routes, rows[-1]["id"])
        self.reader.pos = rows[-1]["id"]
        if not mine:
            await self.save_now_and_then()
        return True

    async def _handle(self, rows: list[Record], routes: Routes, pos: int) -> None:
        try:
            await self._all_at_once(rows, routes, pos)
        except (LeaseLost, ConnectionError):
            raise
        except Exception as error:
            if _disconnected(error):
                raise
            await self._one_by_one(rows, routes, pos)
        self.handled += len(rows)

    async def _all_at_once(self, rows: list[Record], routes: Routes, pos: int) -> None:
        async with transaction() as session:
            for row in rows:
                trace.handling(row)
                for registration in routes[row["type"]]:
                    await self._tell(session, registration, row)
            await self.cursor.move(await driver(session), pos)

    async def _tell(self, session: AsyncSession, registration: Registration, row: Record) -> None:
        if self.blocks(registration, row):
            await Trouble(registration, row["id"]).write(await driver(session))
            return
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
            async with transaction() as session:
                failed = await self._tell_each(session, found, row)
                connection = await driver(session)
                await deliveries.write_all(connection, failed)
                await self.cursor.move(connection, pos)
        except LeaseLost:
            raise
        except Exception as error:
            # It failed only at the commit (a deferred constraint), so nobody knows whose fault it was.
            if _disconnected(error):
                raise
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
        async with transaction() as session:
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
                await registration.handler(session, parse(registration.fact, delivery))
        except Exception as error:
            if _disconnected(error):
                raise
            return error
        return None


def _disconnected(error: Exception) -> bool:
    """The database went away: nobody's fault, and nothing happened."""
    return isinstance(error, DBAPIError) and error.connection_invalidated
