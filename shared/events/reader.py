"""Reads the log by id, and knows which missing ids will never come.

Ids become visible out of order, because transactions do not commit in the order in which they drew them; some
never do. The rule that loses none: a writer has its transaction id before it draws its event's id. So when an id
is missing below a visible one, the reader draws a transaction id of its own, which is higher than the one of
whoever may hold the missing id; once every older transaction has ended (pg_snapshot_xmin has passed it), what is
still missing was rolled back. (pg_snapshot_xmax is no such bound: it is the last *completed* id + 1.)
"""

import asyncio
import time
from dataclasses import dataclass, field

from asyncpg import Record

from shared.events.lease import Lease

READ = """
    SELECT id, event_id, type, version, key, payload, meta
    FROM domain_events WHERE id > $1 ORDER BY id LIMIT $2
"""
OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
OWN_XID = "SELECT pg_current_xact_id()::text::bigint"


@dataclass
class Batch:
    """`settled`: nothing older can still appear. `early`: above an id that may yet become visible."""

    settled: list[Record] = field(default_factory=list)
    early: list[Record] = field(default_factory=list)


@dataclass(frozen=True)
class _Mark:
    """When `bound` was drawn, every missing id below `top` belonged to an older transaction."""

    top: int
    bound: int
    since: float = field(default_factory=time.monotonic)


class LogReader:
    def __init__(self, lease: Lease, pos: int) -> None:
        self.lease, self.pos = lease, pos
        self._mark: _Mark | None = None
        self._ahead: tuple[int, asyncio.Task[list[Record]]] | None = None

    @property
    def waits_for_a_hole(self) -> bool:
        return self._mark is not None

    @property
    def hole_seconds(self) -> float:
        return time.monotonic() - self._mark.since if self._mark else 0.0

    async def read(self, limit: int) -> Batch:
        settled_to = await self._settled_to() if self._mark else self.pos
        rows = await self._rows(limit)
        if not rows or rows[-1]["id"] - self.pos == len(rows):
            self._mark = None
            self._read_ahead(rows, limit)
            return Batch(rows)
        cut = self._first_hole(rows, settled_to)
        if cut == len(rows):
            self._mark = None
        elif self._mark is None or settled_to == self._mark.top:
            self._mark = _Mark(rows[-1]["id"], await self.lease.fetchval(OWN_XID))
        return Batch(rows[:cut], rows[cut:])

    async def _rows(self, limit: int) -> list[Record]:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            rows = await ahead[1]
            if ahead[0] == self.pos and rows:
                return rows
        return await self.lease.fetch(READ, self.pos, limit)

    def _read_ahead(self, rows: list[Record], limit: int) -> None:
        """A full batch means there is more: PostgreSQL fetches it while the handlers work on this one."""
        if len(rows) == limit:
            last = rows[-1]["id"]
            self._ahead = last, asyncio.create_task(self.lease.fetch(READ, last, limit))

    async def aclose(self) -> None:
        if self._ahead is not None:
            await asyncio.gather(self._ahead[1], return_exceptions=True)
            self._ahead = None

    async def _settled_to(self) -> int:
        """Asked before the rows are read: what ended before this snapshot is visible in theirs."""
        mark = self._mark
        if mark is not None and await self.lease.fetchval(OLDEST_RUNNING) > mark.bound:
            return mark.top
        return self.pos

    def _first_hole(self, rows: list[Record], settled_to: int) -> int:
        expected = self.pos + 1
        for place, row in enumerate(rows):
            if row["id"] != expected and row["id"] > settled_to:
                return place
            expected = row["id"] + 1
        return len(rows)
