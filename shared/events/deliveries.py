"""One handler's trouble with one event: retried with back-off and full jitter, then kept as dead."""

import random
from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import transaction
from shared.events.bus import Registration, parse
from shared.models import DomainEvent, EventDelivery
from shared.utils import utcnow

log = structlog.get_logger("events")

MAX_ATTEMPTS = 10
BASE = timedelta(seconds=1)
CAP = timedelta(minutes=30)
# Longer than any call to the outside may take: after it, another process may try again.
OUTSIDE = timedelta(seconds=60)


async def promise(
    session: AsyncSession, registration: Registration, event_id: int, *, after: Exception | None = None
) -> None:
    """Write down that this handler still has to do this: at once, or after a failure, later."""
    row = {
        "handler": registration.name,
        "event_id": event_id,
        "consumer": registration.consumer,
        "state": "retry",
        "attempts": 1 if after else 0,
        "next_at": utcnow() + (backoff(1) if after else timedelta()),
        "error": repr(after) if after else "",
    }
    await session.execute(insert(EventDelivery).values(row).on_conflict_do_nothing())


def backoff(attempts: int) -> timedelta:
    longest: timedelta = min(CAP, BASE * 2**attempts)
    return random.random() * longest


async def deliver_due(consumer: str, handlers: Sequence[Registration]) -> bool:
    """Try the one delivery that has waited longest. False when none is due."""
    by_name = {f"{r.fact.name} {r.name}": r for r in handlers}
    async with transaction() as session:
        found = await _claim(session, consumer)
        if found is None:
            return False
        delivery, event = found
        registration = by_name.get(f"{event.type} {delivery.handler}")
        if registration is None:
            _fail(delivery, LookupError(f"no handler called {delivery.handler} in this release"))
            return True
        if registration.takes_session:
            await _try_inside(session, registration, delivery, event)
            return True
        delivery.next_at = utcnow() + OUTSIDE
    await _try_outside(registration, event)
    return True


async def _claim(session: AsyncSession, consumer: str) -> tuple[EventDelivery, DomainEvent] | None:
    due = (
        select(EventDelivery, DomainEvent)
        .join(DomainEvent, DomainEvent.id == EventDelivery.event_id)
        .where(EventDelivery.consumer == consumer, EventDelivery.state == "retry")
        .where(EventDelivery.next_at <= utcnow())
        .order_by(EventDelivery.next_at)
        .limit(1)
        .with_for_update(of=EventDelivery, skip_locked=True)
    )
    row = (await session.execute(due)).one_or_none()
    return (row[0], row[1]) if row else None


async def _try_inside(
    session: AsyncSession, registration: Registration, delivery: EventDelivery, event: DomainEvent
) -> None:
    try:
        async with session.begin_nested():
            await registration.handler(session, parse(registration, event))
    except Exception as error:  # noqa: BLE001  a handler's failure is its own
        _fail(delivery, error)
    else:
        await session.delete(delivery)


async def _try_outside(registration: Registration, event: DomainEvent) -> None:
    failure: Exception | None = None
    try:
        await registration.handler(parse(registration, event))
    except Exception as error:  # noqa: BLE001  a handler's failure is its own
        failure = error
    key = (EventDelivery.handler == registration.name, EventDelivery.event_id == event.id)
    async with transaction() as session:
        if failure is None:
            await session.execute(delete(EventDelivery).where(*key))
        else:
            _fail((await session.scalars(select(EventDelivery).where(*key))).one(), failure)


def _fail(delivery: EventDelivery, error: Exception) -> None:
    delivery.attempts += 1
    delivery.error = repr(error)
    delivery.next_at = utcnow() + backoff(delivery.attempts)
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = "dead"
    log.warning("delivery failed", handler=delivery.handler, event_id=delivery.event_id, error=delivery.error)
