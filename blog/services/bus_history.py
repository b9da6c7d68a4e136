"""The last hour of each app's unread events, kept in this process's memory for the page of the event bus."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from shared.db.session import get_session
from shared.events.operations import Lag, list_lag

EVERY = 60.0
KEPT = 60
# The chart's own measure; the page stretches it.
WIDTH, HEIGHT = 120, 24


@dataclass(frozen=True)
class Chart:
    """Newest on the right; `line` is for an SVG polyline."""

    line: str
    most: int
    minutes: int


@dataclass
class BusHistory:
    samples: deque[dict[str, int]] = field(default_factory=lambda: deque(maxlen=KEPT))

    async def run(self) -> None:
        while True:
            await self.sample()
            await asyncio.sleep(EVERY)

    async def sample(self) -> None:
        async with get_session(read_only=True) as session:
            self.samples.append({row.consumer: row.events for row in await list_lag(session)})

    def chart(self, now: Lag) -> Chart:
        values = [*(sample.get(now.consumer, 0) for sample in self.samples), now.events]
        most = max(values)
        first = KEPT + 1 - len(values)
        points = [
            f"{(first + place) * WIDTH / KEPT:g},{HEIGHT - 1 - value * (HEIGHT - 2) / max(most, 1):g}"
            for place, value in enumerate(values)
        ]
        return Chart(" ".join(points), most, len(values) - 1)


def span(time: timedelta) -> str:
    """How long, roughly, as people say it."""
    seconds = time.total_seconds()
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
