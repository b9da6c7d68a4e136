"""Reads domain_events and calls the handlers of one app.

An event is read only when every older transaction has ended (`xid < xmin`), in the order (xid, id): so none is
skipped, though ids become visible out of order. The cursor moves in the transaction in which the handlers ran.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.events import deliveries
from shared.events.bus import Registration, parse, registrations
from shared.events.wakeup import new_bell
from shared.models import EventCursor

log = structlog.get_logger("events")

LOCK_CURSOR = text("SELECT xid::text, event_id FROM event_cursors WHERE consumer = :consumer FOR UPDATE SKIP LOCKED")
NEXT_EVENT = text("""
    SELECT id, xid::text AS xid, type, payload FROM domain_events
    WHERE (xid, id) > (CAST(:xid AS text)::xid8, :id) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, id LIMIT 1
""")
MOVE_CURSOR = text("UPDATE event_cursors SET xid = CAST(:xid AS text)::xid8, event_id = :id WHERE consumer = :consumer")

Around = Callable[[], AbstractAsyncContextManager[Any]]


class EventProcessor:
    """Polls domain_events and dispatches to the registered handlers of `consumer`.

    Any number of processes may run one: the cursor's row lock lets one at a time read on, and is free
    again the moment its holder dies.
    """

    def __init__(self, consumer: str, *, around: Around = nullcontext, poll_seconds: float = 0.5) -> None:
        self.consumer = consumer
        self.around = around
        self.poll_seconds = poll_seconds
        self.bell = new_bell()

    @property
    def handlers(self) -> list[Registration]:
        return registrations(self.consumer)

    async def run(self) -> None:
        await self.start_cursor()
        while True:
            self.bell.clear()
            if not await self.step():
                await self._rest()

    async def step(self) -> bool:
        """One new event and one due delivery. False when there was nothing to do."""
        async with self.around():
            read = await self._read_one()
            return await deliveries.deliver_due(self.consumer, self.handlers) or read

    async def start_cursor(self) -> None:
        async with transaction() as session:
            start = insert(EventCursor).values(consumer=self.consumer, xid=text("'0'::xid8"), event_id=0)
            await session.execute(start.on_conflict_do_nothing())

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self.bell.wait(), self.poll_seconds)
        except TimeoutError:
            return

    async def _read_one(self) -> bool:
        async with transaction() as session:
            cursor = (await session.execute(LOCK_CURSOR, {"consumer": self.consumer})).one_or_none()
            if cursor is None:
                return False
            found = await session.execute(NEXT_EVENT, {"xid": cursor.xid, "id": cursor.event_id})
            event = found.one_or_none()
            if event is None:
                return False
            await self._tell(session, event)
            move = {"xid": event.xid, "id": event.id, "consumer": self.consumer}
            await session.execute(MOVE_CURSOR, move)
        return True

    async def _tell(self, session: AsyncSession, event: Any) -> None:
        for registration in self.handlers:
            if registration.fact.name != event.type:
                continue
            if registration.takes_session:
                await self._tell_inside(session, registration, event)
            else:
                await deliveries.promise(session, registration, event.id)

    async def _tell_inside(self, session: AsyncSession, registration: Registration, event: Any) -> None:
        try:
            async with session.begin_nested():
                await registration.handler(session, parse(registration, event))
        except Exception as error:  # noqa: BLE001  a handler's failure is its own
            log.warning("handler failed", handler=registration.name, event_id=event.id, error=repr(error))
            await deliveries.promise(session, registration, event.id, after=error)
