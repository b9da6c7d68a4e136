"""Python processes that die with this one, and come back when they die alone."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rose.supervisor.alarms import Alarms
from rose.supervisor.console import alarm
from rose.supervisor.death import die_with_parent
from rose.supervisor.health import is_healthy
from rose.supervisor.logs import open_log
from rose.supervisor.programs import Program

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_LONG_LIFE = 30  # seconds after which a death is news rather than one of a series
_GRACE = 25  # seconds: the apps give open requests 20
_GLANCE = 0.1
_PIECE = 64 * 1024


async def spawn(arguments: tuple[str, ...], environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for the supervisor, which stops its children in order
        preexec_fn=die_with_parent(),
        limit=1024 * 1024,  # a line of a job's output
    )


async def stop(process: asyncio.subprocess.Process) -> None:
    """Ended, politely if it will, and with it whatever it started and left behind."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


class Child:
    """One program, kept running until `run` is cancelled."""

    def __init__(self, program: Program, environ: Mapping[str, str], log: Path) -> None:
        self.program, self.log = program, log
        self.deaths = 0
        self._environ = environ
        self._pause = _FIRST_PAUSE

    async def run(self) -> None:
        with open_log(self.log) as log:
            while True:
                born = time.monotonic()
                code = await self._live(log.fileno())
                self._note(code, lived=time.monotonic() - born)
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    async def _live(self, log: int) -> int:
        process = await spawn(self.program.arguments, self._environ)
        listening = asyncio.create_task(self._listen(process, log))
        recovering = asyncio.create_task(self._tell_recovery())
        try:
            return await process.wait()
        finally:
            recovering.cancel()
            await stop(process)
            await listening

    async def _tell_recovery(self) -> None:
        if self.deaths == 0:
            return
        while not await is_healthy(self.program.port, self.program.health):  # noqa: ASYNC110  no event crosses processes
            await asyncio.sleep(_GLANCE)
        alarm(self.program.name, "answers again")

    async def _listen(self, process: asyncio.subprocess.Process, log: int) -> None:
        alarms = Alarms()
        while process.stdout and (piece := await process.stdout.read(_PIECE)):
            with suppress(OSError):  # a full disk must not take the site down
                os.write(log, piece)
            for text in alarms.feed(piece):
                alarm(self.program.name, text)

    def _note(self, code: int, *, lived: float) -> None:
        self.deaths += 1
        if lived > _LONG_LIFE:
            self._pause = _FIRST_PAUSE
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
        alarm(self.program.name, f"{how}; starting it again in {self._pause:.1f} s. Log: {self.log}")
