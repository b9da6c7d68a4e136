"""Work done once at the start, each piece in a process of its own: what it loads is gone when it is done."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from rose.supervisor.children import spawn, stop
from rose.supervisor.console import Progress, done
from rose.supervisor.disk import without_space
from rose.supervisor.errors import CannotRun
from rose.supervisor.logs import open_log, tail


class Jobs:
    def __init__(self, environ: Mapping[str, str], logs: Path, progress: Progress) -> None:
        self._environ, self._logs, self._progress = environ, logs, progress

    async def run(self, name: str, *arguments: str) -> None:
        """`rose <name> …`, to its end. Raises CannotRun with its last words when it fails."""
        started, log = time.monotonic(), self._logs / f"{name}.log"
        self._progress.begin(name)
        with open_log(log) as file:
            code = await self._finish(name, arguments, file)
        self._progress.end(name)
        if code:
            said = tail(log)
            raise CannotRun(
                without_space(said, self._logs) or f"{name} failed. From {log}:\n{said.removeprefix('rose: ')}"
            )
        done(name, time.monotonic() - started)

    async def _finish(self, name: str, arguments: tuple[str, ...], log: BinaryIO) -> int:
        process = await spawn(("-m", "rose", name, *arguments), self._environ)
        try:
            while process.stdout and (line := await process.stdout.readline()):
                log.write(line)
                self._progress.detail(name, line.decode(errors="replace").strip())
            return await process.wait()
        finally:
            await stop(process)
