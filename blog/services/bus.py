"""An administrator's hand on the event bus; every move is in the audit log."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import audit
from shared.events import operations


async def replay(session: AsyncSession, *, event_id: int | None, handler: str | None) -> None:
    """One delivery, all of a handler, or all that were given up. Raises NothingDead."""
    count = await operations.replay(session, event_id=event_id, handler=handler)
    audit(session, "event.replayed", f"event:{event_id or 'all'}", handler=handler, deliveries=count)


async def drop(session: AsyncSession, *, event_id: int, handler: str) -> None:
    """Raises NothingDead."""
    await operations.drop_delivery(session, event_id=event_id, handler=handler)
    audit(session, "event.dropped", f"event:{event_id}", handler=handler)


async def pause(session: AsyncSession, consumer: str) -> None:
    """Raises NoSuchConsumer."""
    await operations.pause(session, consumer)
    audit(session, "consumer.paused", f"consumer:{consumer}")


async def resume(session: AsyncSession, consumer: str) -> None:
    """Raises NoSuchConsumer."""
    await operations.pause(session, consumer, paused=False)
    audit(session, "consumer.resumed", f"consumer:{consumer}")
