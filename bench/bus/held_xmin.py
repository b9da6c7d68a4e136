"""Does the lag grow while somewhere a transaction stays open, so that no vacuum can sweep up dead rows?

    python bench/bus/held_xmin.py postgresql+asyncpg://…/database [minutes] [events a second]

The database must be migrated. One process emits, one transaction an event; another handles; a third connection
holds a snapshot from beginning to end. Told is the lag from emit to handler, minute by minute.
"""

import asyncio
import os
import subprocess
import sys
import time
from typing import ClassVar

from sqlalchemy import text

from shared.db.session import create_engine, open_session, transaction, use_engine
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.processor import EventProcessor
from shared.events.wakeup import Wire


class Ticked(DomainFact):
    name: ClassVar[str] = "bench.ticked"

    at: float


async def tick(event: Ticked) -> None:
    os.write(1, f"{time.monotonic() - event.at}\n".encode())


async def read(url: str) -> None:
    use_engine(create_engine(url))
    register_handler(Ticked, tick, consumer="held")
    await EventProcessor("held").run()


async def emit(rate: float, end: float) -> int:
    """At the rate, however late a single one is; returns how many."""
    started, number, running = time.monotonic(), 0, set()
    while time.monotonic() < end:
        due = int((time.monotonic() - started) * rate)
        for _ in range(due - number):
            task = asyncio.create_task(emit_one())
            running.add(task)
            task.add_done_callback(running.discard)
        number = max(number, due)
        await asyncio.sleep(1 / rate)
    await asyncio.gather(*running)
    return number


async def emit_one() -> None:
    async with transaction() as session:
        emit_event(session, Ticked(at=time.monotonic()))


async def collect(lines: asyncio.StreamReader, lags: list[tuple[float, float]]) -> None:
    async for line in lines:
        lags.append((time.monotonic(), float(line) * 1000))  # noqa: PERF401  each with its own moment


async def measure(url: str, minutes: float, rate: float) -> None:
    use_engine(create_engine(url, pool_size=20))
    handler = await asyncio.create_subprocess_exec(sys.executable, __file__, "--read", url, stdout=subprocess.PIPE)
    assert handler.stdout is not None
    lags: list[tuple[float, float]] = []
    work = [asyncio.create_task(Wire().run()), asyncio.create_task(collect(handler.stdout, lags))]
    await asyncio.sleep(3)
    async with open_session() as held:
        await held.execute(text("SET idle_in_transaction_session_timeout = 0"))
        await held.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await held.execute(text("SELECT count(*) FROM domain_events"))
        started = time.monotonic()
        sent = await emit(rate, started + minutes * 60)
        await asyncio.sleep(1)
        dead = await held.scalar(text("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'event_cursors'"))
    handler.terminate()
    for task in work:
        task.cancel()
    tell(lags, started, sent, dead or 0)


def tell(lags: list[tuple[float, float]], started: float, sent: int, dead: int) -> None:
    minutes: dict[int, list[float]] = {}
    for at, lag in lags:
        minutes.setdefault(int((at - started) // 60), []).append(lag)
    for minute, some in sorted(minutes.items()):
        ranked = sorted(some)
        p50, p99 = ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.99)]
        print(
            f"minute {minute + 1}: {len(ranked)} events, lag in ms p50 {p50:.1f}, p99 {p99:.1f}, max {ranked[-1]:.1f}"
        )
    print(f"{len(lags)} of {sent} handled; {dead} dead rows of cursors at the end")


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        asyncio.run(read(sys.argv[2]))
    else:
        url, minutes, rate = (sys.argv[1:] + ["10", "1000"][len(sys.argv) - 2 :])[:3]
        asyncio.run(measure(url, float(minutes), float(rate)))
