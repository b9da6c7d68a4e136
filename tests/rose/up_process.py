"""A real `rose up` in a process of its own, for tests that kill and restart it."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

from rose.supervisor.addresses import Addresses
from rose.supervisor.ports import answers

ROOT = Path(__file__).parents[2]
_SPREAD = range(22)


def a_base() -> int:
    """A port with enough free ones above it."""
    while True:
        base = random.randrange(20000, 32000)
        if not any(answers(base + distance) for distance in _SPREAD):
            return base


def answers_ok(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


class UpProcess:
    def __init__(self, home: Path, base: int) -> None:
        self.home, self.addresses = home, Addresses(base)
        self.said: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rose", "up", "--port", str(base)],
            cwd=ROOT,
            env={**os.environ, "ROSE_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        return "\n".join(self.said)

    def ready(self) -> "UpProcess":
        return self.until_said("Ready after", seconds=180)

    def until_said(self, text: str, *, seconds: float = 30, after: int = 0) -> "UpProcess":
        """`after` that many lines."""
        with self._news:
            self._news.wait_for(lambda: text in "\n".join(self.said[after:]) or self._ended, seconds)
        assert text in "\n".join(self.said[after:]), self.output
        return self

    def tell(self, signal: int) -> int:
        """Its exit code, and everything it said is in `output`."""
        self.send(signal)
        return self.wait()

    def send(self, signal: int) -> None:
        self._process.send_signal(signal)

    def until_gone(self, port: int, *, seconds: float = 10) -> None:
        """Nobody new is let in there."""
        deadline = time.monotonic() + seconds
        while answers(port):
            assert time.monotonic() < deadline

    def wait(self) -> int:
        code = self._process.wait(60)
        self._reader.join(10)
        return code

    def children(self, word: str) -> list[int]:
        """Processes below this one with that word in their command line."""
        found = subprocess.run(
            ["pgrep", "-P", str(self._process.pid), "-f", "--", word], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in found.stdout.split()]

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._hear(line.rstrip())
        self._hear(None)

    def _hear(self, line: str | None) -> None:
        with self._news:
            self._ended = line is None
            self.said += [] if line is None else [line]
            self._news.notify_all()
