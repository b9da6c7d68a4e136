"""What an operator asks of the bus: how far behind, what failed for good, and please once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import NotFound
from shared.events.wakeup import wake_after_commit
from shared.models import DomainEvent, EventDelivery
from shared.utils import utcnow


@dataclass(frozen=True)
class Lag:
    """How many events a consumer has not read, how old the oldest is, and what waits for another try."""

    consumer: str
    events: int
    oldest: timedelta
    retrying: int
    dead: int


class NothingDead(NotFound):
    message = "No dead delivery fits that: rose events dead lists them."


_LAG = text("""
    SELECT c.consumer,
           count(e.id) AS events,
           coalesce(now() - min(e.created_at), interval '0') AS oldest,
           (SELECT count(*) FROM event_deliveries d WHERE d.consumer = c.consumer AND d.state = 'retry') AS retrying,
           (SELECT count(*) FROM event_deliveries d WHERE d.consumer = c.consumer AND d.state = 'dead') AS dead
    FROM event_cursors c LEFT JOIN domain_events e ON (e.xid, e.id) > (c.xid, c.event_id)
    GROUP BY c.consumer ORDER BY c.consumer
""")


async def list_lag(session: AsyncSession) -> list[Lag]:
    return [Lag(**row) for row in (await session.execute(_LAG)).mappings()]


async def list_dead(session: AsyncSession) -> Sequence[Row[EventDelivery, str, datetime]]:
    found = await session.execute(
        select(EventDelivery, DomainEvent.type, DomainEvent.created_at)
        .join(DomainEvent, DomainEvent.id == EventDelivery.event_id)
        .where(EventDelivery.state == "dead")
        .order_by(EventDelivery.event_id)
    )
    return found.all()


async def replay(session: AsyncSession, *, event_id: int | None = None, handler: str | None = None) -> int:
    """Dead deliveries are tried again at once: of one event, of one handler, or all. Raises NothingDead."""
    wanted = update(EventDelivery).where(EventDelivery.state == "dead")
    if event_id is not None:
        wanted = wanted.where(EventDelivery.event_id == event_id)
    if handler is not None:
        wanted = wanted.where(EventDelivery.handler == handler)
    again = wanted.values(state="retry", attempts=0, next_at=utcnow()).returning(EventDelivery.event_id)
    found = (await session.scalars(again)).all()
    if not found:
        raise NothingDead
    wake_after_commit(session)
    return len(found)
