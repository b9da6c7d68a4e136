"""How the page cache does: plain numbers, for a hit must not pay for counting; Prometheus reads them when it asks."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


@dataclass(eq=False)
class Figures:
    """`hits` by where they came from, `misses` by reason. Times in seconds."""

    app: str
    l1: int = 0
    l2: int = 0
    not_modified: int = 0
    joined: int = 0
    refreshed: int = 0
    misses: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    weight: int = 0
    lag: float = 0.0
    worst_lag: float = 0.0
    breaks: int = 0
    tail_broken: bool = True

    def __post_init__(self) -> None:
        _all.add(self)

    def note_lag(self, seconds: float) -> None:
        self.lag = max(0.0, seconds)
        self.worst_lag = max(self.worst_lag, self.lag)

    def summary(self) -> dict[str, Any]:
        names = ("l1", "l2", "not_modified", "joined", "refreshed", "entries", "weight", "lag", "worst_lag", "breaks")
        found: dict[str, Any] = {name: getattr(self, name) for name in names}
        return found | {"app": self.app, "misses": dict(self.misses), "tail_broken": self.tail_broken}


_all: WeakSet[Figures] = WeakSet()


class PageCacheCollector(Collector):
    def collect(self) -> Iterator[Any]:
        hits = CounterMetricFamily("rose_page_cache_hits", "Pages answered without drawing", labels=["app", "tier"])
        misses = CounterMetricFamily("rose_page_cache_misses", "Pages drawn, by reason", labels=["app", "reason"])
        breaks = CounterMetricFamily("rose_page_cache_tail_breaks", "Lost ways to the changes", labels=["app"])
        broken = GaugeMetricFamily("rose_page_cache_tail_broken", "1 while changes cannot be followed", labels=["app"])
        lag = GaugeMetricFamily("rose_page_cache_tail_lag_seconds", "Age of the last change when read", labels=["app"])
        entries = GaugeMetricFamily("rose_page_cache_entries", "Pages in memory", labels=["app"])
        for found in list(_all):
            for tier, count in (("l1", found.l1), ("l2", found.l2), ("not_modified", found.not_modified)):
                hits.add_metric([found.app, tier], count)
            for reason, count in found.misses.items():
                misses.add_metric([found.app, reason], count)
            breaks.add_metric([found.app], found.breaks)
            broken.add_metric([found.app], found.tail_broken)
            lag.add_metric([found.app], found.lag)
            entries.add_metric([found.app], found.entries)
        yield from (hits, misses, breaks, broken, lag, entries)


REGISTRY.register(PageCacheCollector())
