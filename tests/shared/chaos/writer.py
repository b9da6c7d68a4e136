"""A process that emits, to be killed: `python -m tests.shared.chaos.writer DATABASE_URL SLOT SEED RATE FILE`.

Each gardener has plants of its own, whose leaves it counts: so the order in which they grew is known. After a kill
the next process of the slot reads where its plants stand; a commit of the dead one that comes late is met at the
primary key of `grown`. Now and then a seed drifts off: a transaction of facts alone, which goes with those of others.
"""

import asyncio
import random
import sys
from contextlib import suppress

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import create_engine, get_session, transaction, use_engine
from shared.events.bus import emit_event
from shared.events.connection import TROUBLES
from shared.events.wakeup import Wire
from tests.shared.chaos.facts import Drifted, Grown, Wind

GARDENERS, PLANTS = 6, 5
ROLLED_BACK, REFUSED_AT_COMMIT, DRIFTS = 0.1, 0.1, 0.2
SIZES = (1, 1, 1, 2, 5, 20, 60)

GROW = text("INSERT INTO grown (plant, leaf) SELECT unnest(CAST(:plants AS text[])), unnest(CAST(:leaves AS int[]))")
STAND = text("SELECT plant, max(leaf) FROM grown WHERE plant = ANY(CAST(:plants AS text[])) GROUP BY plant")
REFUSED = text("INSERT INTO late (id) VALUES (1)")


class ChangedMind(Exception):
    """Rolled back on purpose."""


class Gardener:
    """Emits some `rate` facts a second, in transactions of very different size."""

    def __init__(self, name: str, seed: str, rate: float, wind: Wind) -> None:
        self.rate, self.wind, self.seed = rate, wind, seed
        self.drifted = 0
        self.dice = random.Random(seed)
        self.plants = [f"{name}.{number}" for number in range(PLANTS)]
        self.leaves: dict[str, int] | None = None

    async def work(self) -> None:
        while True:
            try:
                await _pass(await self._grow() / self.rate)
                if self.dice.random() < DRIFTS:
                    await self._drift()
            except ChangedMind:
                continue
            except TROUBLES:
                # Whether it was committed is not known here: the table knows.
                self.leaves = None
                await _pass(self.dice.random() * 0.05)

    async def _grow(self) -> int:
        leaves = dict(self.leaves if self.leaves is not None else await self._look())
        facts = [self._next(leaves) for _ in range(self.dice.choice(SIZES))]
        async with transaction() as session:
            await self._write(session, facts)
            chance = self.dice.random()
            if chance < ROLLED_BACK:
                raise ChangedMind
            if chance < ROLLED_BACK + REFUSED_AT_COMMIT:
                await session.execute(REFUSED)
        self.leaves = leaves
        return len(facts)

    async def _drift(self) -> None:
        self.drifted += 1
        seeds = [f"{self.seed}.{self.drifted}.{number}" for number in range(self.dice.choice(SIZES[:5]))]
        async with transaction() as session:
            for seed in seeds:
                emit_event(session, Drifted(seed=seed))
        for seed in seeds:
            self.wind.note_sent(seed)

    async def _look(self) -> dict[str, int]:
        async with get_session(read_only=True) as session:
            rows = await session.execute(STAND, {"plants": self.plants})
            found: dict[str, int] = {plant: leaf for plant, leaf in rows}  # noqa: C416  a Row is no pair to mypy
        return {plant: found.get(plant, 0) for plant in self.plants}

    def _next(self, leaves: dict[str, int]) -> Grown:
        plant = self.dice.choice(self.plants)
        leaves[plant] += 1
        return Grown(plant=plant, leaf=leaves[plant])

    async def _write(self, session: AsyncSession, facts: list[Grown]) -> None:
        for fact in facts:
            emit_event(session, fact)
        rows = {"plants": [fact.plant for fact in facts], "leaves": [fact.leaf for fact in facts]}
        await session.execute(GROW, rows)


async def _pass(seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def main(url: str, slot: str, seed: str, rate: str, path: str) -> None:
    use_engine(create_engine(url, pool_size=GARDENERS))
    each = float(rate) / GARDENERS
    gardeners = [Gardener(f"{slot}.{number}", f"{seed}.{number}", each, Wind(path)) for number in range(GARDENERS)]
    work = [gardener.work() for gardener in gardeners]
    # Every other process has no wire, as a command has none: then the transaction itself notifies.
    await asyncio.gather(*work, *([Wire().run()] if int(slot) % 2 else []))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
