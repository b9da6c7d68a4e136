"""What an operator asks of the bus: how far behind, what failed for good, once more, stop, go on, go back.

Whatever moves a cursor by hand raises its epoch, so that the process that reads just now takes no notice of what
it knew, and begins where the cursor stands. All else it hears, notes where it is, and looks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, case, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import Conflict, Invalid, NotFound
from shared.events.deliveries import RELEASE, driver
from shared.events.wakeup import CHANNEL, wake_after_commit
from shared.models import EventCursor, EventDelivery
from shared.utils import utcnow


@dataclass(frozen=True)
class Lag:
    """How many events a consumer has not read, how old the oldest is, and what waits or was given up."""

    consumer: str
    events: int
    oldest: timedelta
    retrying: int
    parked: int
    dead: int
    paused: bool

    @property
    def behind(self) -> bool:
        """Whether anything has still to reach it, or never will."""
        return bool(self.events or self.retrying or self.parked or self.dead)


class NothingDead(NotFound):
    message = "No dead delivery fits that: rose events dead lists them."


class NoSuchConsumer(NotFound):
    message = "Nobody reads under that name: rose events lag lists who does."


class StillToCome(Invalid):
    message = "That moment is still to come: an app can only go back."


class StillReads(Conflict):
    message = "A process reads under that name just now: stop it first."


# A long way behind, the difference of the ids will do: counting millions takes longer than anybody waits.
_LAG = text("""
    SELECT c.consumer, c.paused,
           CASE WHEN n.few < 1000 THEN n.few ELSE last.id - c.pos END AS events,
           coalesce(now() - (SELECT e.created_at FROM domain_events e WHERE e.id > c.pos ORDER BY e.id LIMIT 1),
                    interval '0') AS oldest,
           count(d.handler) FILTER (WHERE d.state = 'retry') AS retrying,
           count(d.handler) FILTER (WHERE d.state = 'parked') AS parked,
           count(d.handler) FILTER (WHERE d.state = 'dead') AS dead
    FROM (SELECT consumer, min(pos) AS pos, bool_or(paused) AS paused FROM event_cursors GROUP BY consumer) c
    CROSS JOIN (SELECT max(id) AS id FROM domain_events) last
    CROSS JOIN LATERAL (
        SELECT count(*) AS few FROM (SELECT FROM domain_events e WHERE e.id > c.pos ORDER BY e.id LIMIT 1000) f) n
    LEFT JOIN event_deliveries d ON d.consumer = c.consumer
    GROUP BY c.consumer, c.paused, c.pos, n.few, last.id ORDER BY c.consumer
""")
_FIRST_SINCE = text("SELECT min(id) - 1 FROM domain_events WHERE created_at >= :moment")
_NOBODY_READS = text("SELECT pg_try_advisory_xact_lock(hashtextextended('rose-bus:' || :consumer, 0))")
_LAST = text("SELECT coalesce(max(id), 0) FROM domain_events")


async def list_lag(session: AsyncSession) -> list[Lag]:
    return [Lag(**row) for row in (await session.execute(_LAG)).mappings()]


async def list_dead(session: AsyncSession) -> Sequence[Row[EventDelivery, str, str]]:
    """The delivery, the event's type, and when it happened (ISO 8601)."""
    event = EventDelivery.event
    dead = select(EventDelivery, event["type"].as_string(), event["created_at"].as_string())
    found = await session.execute(dead.where(EventDelivery.state == "dead").order_by(EventDelivery.event_id))
    return found.all()


async def replay(
    session: AsyncSession,
    *,
    event_id: int | None = None,
    handler: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
) -> int:
    """Dead deliveries are tried again at once: of one event, handler, type, since a moment, or all. Those of one key
    come in their order. What is named by its event may also be waiting for another try.

    Raises NothingDead.
    """
    wanted = [EventDelivery.state == "dead" if event_id is None else EventDelivery.state != "parked"]
    if event_id is not None:
        wanted.append(EventDelivery.event_id == event_id)
    if handler is not None:
        wanted.append(EventDelivery.handler == handler)
    if kind is not None:
        wanted.append(EventDelivery.event["type"].as_string() == kind)
    if since is not None:
        wanted.append(EventDelivery.first_failed_at >= since)
    behind_each_other = case((EventDelivery.key.is_(None), "retry"), else_="parked")
    again = update(EventDelivery).where(*wanted).values(state=behind_each_other, attempts=0, next_at=func.now())
    found = (await session.scalars(again.returning(EventDelivery.event_id))).all()
    if not found:
        raise NothingDead
    await _go_on(session)
    return len(found)


async def drop_delivery(session: AsyncSession, *, event_id: int, handler: str) -> None:
    """Never try it again; what was parked behind it goes on. Raises NothingDead when there is no such delivery."""
    mine = (EventDelivery.event_id == event_id, EventDelivery.handler == handler)
    gone = await session.scalars(delete(EventDelivery).where(*mine).returning(EventDelivery.event_id))
    if not gone.all():
        raise NothingDead
    await _go_on(session)


async def pause(session: AsyncSession, consumer: str, *, paused: bool = True) -> None:
    """Stop reading, or go on where it stopped. Raises NoSuchConsumer."""
    await _change(session, consumer, paused=paused)


async def rewind(session: AsyncSession, consumer: str, *, to: datetime) -> bool:
    """Handle again what happened since `to` (aware), as far as it is kept, failures included. False when nothing has.

    Raises NoSuchConsumer, StillToCome.
    """
    if to > utcnow():
        raise StillToCome
    pos = await session.scalar(_FIRST_SINCE, {"moment": to})
    begin = EventCursor.pos if pos is None else func.least(EventCursor.pos, pos)
    await _change(session, consumer, pos=begin, epoch=EventCursor.epoch + 1)
    if pos is not None:
        # It comes by again: what was waiting, or given up, would be done twice.
        mine = (EventDelivery.consumer == consumer, EventDelivery.event_id > pos)
        await session.execute(delete(EventDelivery).where(*mine))
    return pos is not None


async def skip(session: AsyncSession, consumer: str) -> None:
    """Leave out everything that this consumer has not yet read. Raises NoSuchConsumer."""
    await _change(session, consumer, pos=await session.scalar(_LAST), epoch=EventCursor.epoch + 1)


async def forget(session: AsyncSession, consumer: str) -> None:
    """For one that will never read again (a relay to a broker that was given up): else the log waits for it for ever.

    Its failures go too. Raises NoSuchConsumer, or StillReads while a process holds its lease.
    """
    if not await session.scalar(_NOBODY_READS, {"consumer": consumer}):
        raise StillReads
    gone = delete(EventCursor).where(EventCursor.consumer == consumer).returning(EventCursor.lane)
    if not (await session.scalars(gone)).all():
        raise NoSuchConsumer
    await session.execute(delete(EventDelivery).where(EventDelivery.consumer == consumer))


async def _change(session: AsyncSession, consumer: str, **values: Any) -> None:
    moved: Update = update(EventCursor).where(EventCursor.consumer == consumer)
    if not (await session.scalars(moved.values(**values).returning(EventCursor.lane))).all():
        raise NoSuchConsumer
    await _tell_readers(session)


async def _go_on(session: AsyncSession) -> None:
    await (await driver(session)).execute(RELEASE)
    await _tell_readers(session)


async def _tell_readers(session: AsyncSession) -> None:
    wake_after_commit(session, "control")
    await session.execute(select(func.pg_notify(CHANNEL, "control")))
