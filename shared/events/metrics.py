"""The bus in numbers, in the words of Prometheus."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.operations import list_lag
from shared.events.processor import EventProcessor
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


def render_processors(processors: Iterable[EventProcessor]) -> bytes:
    """What this process itself has done since it took its lease, and what holds it up."""
    registry = CollectorRegistry()
    registry.register(_Processors(list(processors)))
    return generate_latest(registry)


class _Processors(Collector):
    def __init__(self, processors: list[EventProcessor]) -> None:
        self.processors = processors

    def collect(self) -> Iterable[Metric]:
        labels = ("consumer", "lane")
        handled = CounterMetricFamily("rose_event_handled", "Events handled by this process", labels=labels)
        failed = CounterMetricFamily("rose_event_failed", "Failures of its handlers, first tries", labels=labels)
        hole = GaugeMetricFamily("rose_event_hole_seconds", "How long it waits for an open transaction", labels=labels)
        leads = GaugeMetricFamily("rose_event_leads", "1 in the process that reads for it", labels=("consumer",))
        for processor in self.processors:
            leads.add_metric([processor.consumer], int(bool(processor.lanes)))
            for lane in processor.lanes:
                of = [processor.consumer, lane.name]
                handled.add_metric(of, lane.handled)
                failed.add_metric(of, lane.failed)
                hole.add_metric(of, lane.hole_seconds)
        return handled, failed, hole, leads


def _gauge(registry: CollectorRegistry, name: str, words: str, *labels: str) -> Gauge:
    return Gauge(name, words, labels, registry=registry)
