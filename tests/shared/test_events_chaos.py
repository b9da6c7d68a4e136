"""Emitters that roll back, readers that are killed: nothing lost, nothing twice, nothing out of order.

CHAOS_SECONDS makes it longer; a failure prints the seed, and CHAOS_SEED repeats what was random here.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import text

from shared.db.session import create_engine, get_session, transaction, use_engine
from shared.events.bus import emit_event
from tests.shared.chaos.facts import EXTRA_TABLES, Grown

SECONDS = float(os.environ.get("CHAOS_SECONDS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))
WRITERS, READERS, KEYS = 6, 3, 5


@pytest.fixture
async def field(database_url: str) -> AsyncIterator[str]:
    engine = create_engine(database_url, pool_size=WRITERS)
    use_engine(engine)
    async with transaction() as session:
        for statement in EXTRA_TABLES:
            await session.execute(text(statement))
    yield database_url
    await engine.dispose()
    use_engine(None)


class Readers:
    """Processes with a processor each; now and then one is killed, and another begins."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.running = [self.start() for _ in range(READERS)]
        self.killed = 0

    def start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.shared.chaos.reader", self.url]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill_one(self, dice: random.Random) -> None:
        victim = self.running.pop(dice.randrange(len(self.running)))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.killed += 1
        self.running.append(self.start())

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
            process.wait()


@contextmanager
def readers(url: str) -> Iterator[Readers]:
    found = Readers(url)
    try:
        yield found
    finally:
        found.stop()


async def write(writer: int, until: float) -> int:
    """Each writer has keys of its own, so that the order in which it commits is known."""
    dice = random.Random(SEED * 100 + writer)
    counts: dict[str, int] = {}
    while time.monotonic() < until:
        key = f"{writer}.{dice.randrange(KEYS)}"
        fact = Grown(plant=key, leaf=counts.get(key, 0) + 1)
        try:
            async with transaction() as session:
                emit_event(session, fact)
                await session.execute(text("SELECT pg_sleep(:pause)"), {"pause": dice.random() * 0.01})
                fall_over(dice, chance=0.2)
                if dice.random() < 0.05:
                    await session.execute(text("INSERT INTO late (id) VALUES (1)"))
            counts[key] = fact.leaf
        except Exception:  # noqa: BLE001  rolled back on purpose, some only at the commit
            continue
    return sum(counts.values())


def fall_over(dice: random.Random, *, chance: float) -> None:
    if dice.random() < chance:
        raise ZeroDivisionError


async def until_all_is_handled(patience: float) -> None:
    deadline = time.monotonic() + patience
    while await unhandled() and time.monotonic() < deadline:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)


async def unhandled() -> int:
    """In either lane; a lane that no reader has begun yet stands at nothing."""
    left = "SELECT 2 * max(id) - coalesce((SELECT sum(pos) FROM event_cursors), 0) FROM domain_events"
    async with get_session(read_only=True) as session:
        return await session.scalar(text(left)) or 0


async def quarrels() -> list[tuple[str, int]]:
    """Per key: effects that are missing, doubled or out of order."""
    query = """
        SELECT plant, leaf FROM (
            SELECT plant, leaf, row_number() OVER (PARTITION BY plant ORDER BY place) AS expected FROM effects) found
        WHERE leaf <> expected
    """
    async with get_session(read_only=True) as session:
        return [(plant, leaf) for plant, leaf in await session.execute(text(query))]


async def number_of(table: str) -> int:
    queries = {
        "effects": "SELECT count(*) FROM effects",
        "calls": "SELECT count(DISTINCT (plant, leaf)) FROM calls",
    }
    async with get_session(read_only=True) as session:
        return await session.scalar(text(queries[table])) or 0


async def test_nothing_is_lost_doubled_or_out_of_order(field: str) -> None:
    print(f"CHAOS_SEED={SEED}")  # noqa: T201  shown when the test fails
    dice = random.Random(SEED)
    with readers(field) as processes:
        until = time.monotonic() + SECONDS
        writing = asyncio.gather(*(write(writer, until) for writer in range(WRITERS)))
        while not writing.done():
            await asyncio.wait([writing], timeout=dice.uniform(0.3, 1.0))
            processes.kill_one(dice)
        emitted = writing.result()
        await until_all_is_handled(patience=60)

    assert processes.killed >= 2
    assert await quarrels() == []
    assert (await number_of("effects"), await number_of("calls")) == (sum(emitted), sum(emitted))
