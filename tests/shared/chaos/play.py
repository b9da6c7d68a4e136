"""Emitters, handlers and PostgreSQL are killed at random for as long as the plan says; then the count is taken."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncpg

from shared.events.connection import TROUBLES, Connection
from tests.shared.chaos.crew import Crew
from tests.shared.chaos.facts import TABLES
from tests.shared.chaos.server import MortalServer
from tests.shared.chaos.verdict import COMMITTED, Verdict, is_all_handled, judge

T = TypeVar("T")
RECOVERY_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """At least so long, and at least so many committed events; a kill each `pause` seconds (from, to)."""

    seed: int
    seconds: float
    events: int
    pause: tuple[float, float]
    patience: float = 600
    writers: int = 2
    readers: int = 3
    # Out of so many kills, one each hits PostgreSQL: its recovery takes seconds in which nothing else happens.
    server_share: float = 0.1


@dataclass
class Outcome:
    verdict: Verdict
    seconds: float
    kills: dict[str, int]
    gave_up: list[int] = field(default_factory=list)


class Play:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan, self.dice = plan, random.Random(plan.seed)
        self.calls = folder / "calls"
        self.calls.touch()
        self.server = MortalServer(folder / "home")
        self.log = folder / "log"
        self.writers = self.readers = Crew(0, self.log, lambda *_: [])

    async def run(self) -> Outcome:
        started = time.monotonic()
        try:
            for statement in TABLES:
                await self._ask(lambda connection, words=statement: connection.execute(words))
            self._raise_curtain()
            await self._kill_until(started + self.plan.seconds)
            self.writers.stop()
            await self._wait_for_the_rest()
            self.readers.stop()
            verdict = await self._ask(lambda connection: judge(connection, self.calls))
        finally:
            for crew in (self.writers, self.readers):
                crew.stop()
            self.server.stop()
        kills = {"emitters": self.writers.killed, "handlers": self.readers.killed, "PostgreSQL": self.server.killed}
        return Outcome(verdict, time.monotonic() - started, kills, self.writers.gave_up + self.readers.gave_up)

    def _raise_curtain(self) -> None:
        url, seed = self.server.url, self.plan.seed
        # Kills and restarts take time, so a little faster than the plan needs.
        rate = str(1.3 * self.plan.events / self.plan.seconds / self.plan.writers)
        module = "tests.shared.chaos"
        self.writers = Crew(
            self.plan.writers,
            self.log,
            lambda slot, turn: [f"{module}.writer", url, str(slot), f"{seed}.{slot}.{turn}", rate, str(self.calls)],
        )
        self.readers = Crew(self.plan.readers, self.log, lambda *_: [f"{module}.reader", url, str(self.calls)])

    async def _kill_until(self, end: float) -> None:
        """Each kind once, then by the dice."""
        first = ["writer", "reader", "server"]
        while time.monotonic() < end or first or await self._count() < self.plan.events:
            await _pass(self.dice.uniform(*self.plan.pause))
            match first.pop() if first else self._choose():
                case "server":
                    await asyncio.to_thread(self.server.kill, self.dice)
                case "writer":
                    self.writers.kill_one(self.dice)
                case _:
                    self.readers.kill_one(self.dice)

    def _choose(self) -> str:
        share = self.plan.server_share
        rest = (1 - share) / 2
        return self.dice.choices(["server", "writer", "reader"], [share, rest, rest])[0]

    async def _count(self) -> int:
        return await self._ask(lambda connection: connection.fetchval(COMMITTED))

    async def _wait_for_the_rest(self) -> None:
        deadline = time.monotonic() + self.plan.patience
        while not await self._ask(is_all_handled) and time.monotonic() < deadline:
            await _pass(0.2)

    async def _ask(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """As soon as the server has recovered; once more when it is killed meanwhile."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            try:
                connection = await asyncpg.connect(self.server.url.replace("+asyncpg", ""))
                try:
                    return await ask(connection)
                finally:
                    await connection.close()
            except TROUBLES:
                if time.monotonic() > deadline:
                    raise
                await _pass(0.1)


async def _pass(seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
