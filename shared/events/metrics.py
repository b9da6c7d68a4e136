"""The bus in numbers, in the words of Prometheus."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.operations import list_lag
from shared.models import EventDelivery, EventSchedule


async def render_metrics(session: AsyncSession) -> bytes:
    """Text for a scraper: how far behind each consumer is, what failed, and what is still to come."""
    registry = CollectorRegistry()
    lag = _gauge(registry, "rose_event_lag", "Events that a consumer has not read", "consumer")
    age = _gauge(registry, "rose_event_lag_seconds", "Age of the oldest of them", "consumer")
    paused = _gauge(registry, "rose_event_paused", "1 while an operator has stopped it", "consumer")
    for row in await list_lag(session):
        lag.labels(row.consumer).set(row.events)
        age.labels(row.consumer).set(row.oldest.total_seconds())
        paused.labels(row.consumer).set(row.paused)
    waiting = _gauge(registry, "rose_event_deliveries", "Deliveries that did not succeed", "handler", "state")
    count = select(EventDelivery.handler, EventDelivery.state, func.count())
    for handler, state, number in await session.execute(count.group_by(EventDelivery.handler, EventDelivery.state)):
        waiting.labels(handler, state).set(number)
    scheduled = await session.scalar(select(func.count()).select_from(EventSchedule))
    _gauge(registry, "rose_event_scheduled", "Facts whose moment is still to come").set(scheduled or 0)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, words: str, *labels: str) -> Gauge:
    return Gauge(name, words, labels, registry=registry)
