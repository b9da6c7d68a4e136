"""How long until another process reads on, after the reading one was killed (SIGKILL).

    python bench/bus/takeover.py postgresql+asyncpg://…/database [rounds]

The database must be migrated. Events come at 200 a second; measured is the time from the kill to the first
event that the other process handles.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

from shared.db.session import create_engine, transaction, use_engine
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.processor import EventProcessor
from shared.events.wakeup import Wire

RATE = 200


class Ticked(DomainFact):
    name: ClassVar[str] = "bench.ticked"


async def tick(event: Ticked) -> None:  # noqa: ARG001
    os.write(1, f"{time.monotonic()}\n".encode())


async def read(url: str) -> None:
    use_engine(create_engine(url))
    register_handler(Ticked, tick, consumer="takeover")
    await EventProcessor("takeover").run()


class Reader:
    """A process that prints a line for each event it handles."""

    async def start(self, url: str) -> "Reader":
        command = (sys.executable, __file__, "--read", url)
        self.process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        self.last = 0.0
        self.first = asyncio.Event()
        self.task = asyncio.create_task(self._listen())
        return self

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.last = float(line)
            self.first.set()

    def kill(self) -> float:
        os.kill(self.process.pid, signal.SIGKILL)
        return time.monotonic()


async def emit() -> None:
    while True:
        async with transaction() as session:
            emit_event(session, Ticked())
        await asyncio.sleep(1 / RATE)


async def measure(url: str, rounds: int) -> list[float]:
    use_engine(create_engine(url))
    work = [asyncio.create_task(Wire().run()), asyncio.create_task(emit())]
    holder = await Reader().start(url)
    await holder.first.wait()
    found = []
    for _ in range(rounds):
        heir = await Reader().start(url)
        await asyncio.sleep(2.5)
        killed_at = holder.kill()
        await heir.first.wait()
        found.append((heir.last - killed_at) * 1000)
        holder = heir
    holder.kill()
    for task in work:
        task.cancel()
    return sorted(found)


def main(words: list[str]) -> Any:
    if words[0] == "--read":
        return asyncio.run(read(words[1]))
    found = asyncio.run(measure(words[0], int(words[1]) if len(words) > 1 else 10))
    print(f"takeover in ms: p50 {found[len(found) // 2]:.1f}, max {found[-1]:.1f}, of {len(found)}")
    return None


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main(sys.argv[1:])
