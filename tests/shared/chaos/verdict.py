"""What became of it: every leaf that grew must have had its one effect, in order, and its call or calls."""

from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

COMMITTED = "SELECT count(*) FROM grown"
LOST = "SELECT count(*) FROM grown LEFT JOIN effects USING (plant, leaf) WHERE place IS NULL"
INVENTED = "SELECT count(*) FROM effects LEFT JOIN grown g USING (plant, leaf) WHERE g.plant IS NULL"
DOUBLED = "SELECT count(*) - count(DISTINCT (plant, leaf)) FROM effects"
OUT_OF_ORDER = """
    SELECT count(*) FROM (
        SELECT leaf, lag(leaf, 1, 0) OVER (PARTITION BY plant ORDER BY place) AS before FROM effects) found
    WHERE leaf <= before
"""
DRIFTED = "SELECT DISTINCT payload ->> 'seed' FROM domain_events WHERE type = 'chaos.drifted'"
PLANTS = "SELECT plant, max(leaf) FROM grown GROUP BY plant"
UNREAD = """
    SELECT coalesce(max(id), 0) > (SELECT coalesce(min(pos), 0) FROM event_cursors)
        OR (SELECT count(*) FROM event_cursors) < 2
        OR EXISTS (SELECT FROM event_deliveries WHERE state <> 'dead')
    FROM domain_events
"""


@dataclass(frozen=True)
class Verdict:
    """Numbers of events. Outside, a second call is no fault: it is only counted."""

    committed: int
    lost: int
    invented: int
    doubled: int
    out_of_order: int
    lost_outside: int
    out_of_order_outside: int
    called_again: int
    drifted: int
    lost_on_the_wind: int
    blown_from_nowhere: int

    @property
    def faults(self) -> dict[str, int]:
        return {
            name: n for name, n in asdict(self).items() if n and name not in {"committed", "called_again", "drifted"}
        }


async def is_all_handled(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    return not await connection.fetchval(UNREAD)


async def judge(connection: "asyncpg.Connection[asyncpg.Record]", calls: Path) -> Verdict:
    inside = [await connection.fetchval(query) for query in (COMMITTED, LOST, INVENTED, DOUBLED, OUT_OF_ORDER)]
    grown = dict(await connection.fetch(PLANTS))
    drifted = {row[0] for row in await connection.fetch(DRIFTED)}
    return Verdict(*inside, *_judge_calls(calls, grown), *_judge_wind(calls, drifted))


def _judge_wind(calls: Path, drifted: set[str]) -> tuple[int, int, int]:
    """How many, lost, from nowhere: what is in the log came, and what somebody was told is committed is in the log."""
    sent, came = (set(Path(f"{calls}.{name}").read_text().split()) for name in ("sent", "came"))
    return len(drifted), len((drifted | sent) - came), len(came - drifted)


def _judge_calls(calls: Path, grown: dict[str, int]) -> tuple[int, int, int]:
    """Lost, out of order, called again: a leaf's first call comes after the first call of the leaf before it."""
    reached: dict[str, int] = {}
    jumped = again = 0
    with calls.open() as lines:
        for line in lines:
            plant, leaf = line.split()
            step = int(leaf) - reached.get(plant, 0)
            jumped += step > 1
            again += step < 1
            reached[plant] = max(reached.get(plant, 0), int(leaf))
    return sum(leaf - reached.get(plant, 0) for plant, leaf in grown.items()), jumped, again
