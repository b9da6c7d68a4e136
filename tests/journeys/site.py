"""`rose up` in a folder of its own, on ports of its own."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Container
from pathlib import Path
from typing import Any
from urllib.request import urlopen

PATIENCE = 180.0


class RunningSite:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.base = _free_base()
        self.process: subprocess.Popen[str] | None = None
        self.staff_cookies: list[Any] = []

    def url(self, app: str, path: str = "/") -> str:
        place = {"blog": 0, "market": 1, "cart": 2, "events": 3, "sumup": 10, "mail": 11}[app]
        return f"http://localhost:{self.base + place}{path}"

    def start(self) -> None:
        """Returns at the ready line. Raises with what was said when it does not come."""
        self.home.chmod(0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rose", "up", "--port", str(self.base)],
            env=os.environ | {"ROSE_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = self._read_until("Ready after")
        assert "Ready after" in said, said

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def pid_of(self, app: str) -> int:
        """The process of one app, below this site's supervisor."""
        assert self.process is not None
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == self.process.pid:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if app.encode() in words[1:4]:
                    return int(entry.name)
        raise ProcessLookupError(app)

    def kill(self, app: str) -> None:
        os.kill(self.pid_of(app), signal.SIGKILL)

    def kill_database(self) -> None:
        pid = (self.home / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(pid), signal.SIGKILL)

    def mails_to(
        self, address: str, *, containing: str = "", seconds: float = 15, beside: Container[object] = ()
    ) -> list[dict[str, object]]:
        """The mails caught for an address: waits for the first with `containing` in its subject, not yet known."""
        deadline = time.monotonic() + seconds
        while True:
            with urlopen(self.url("mail", f"/api/messages?to={address}&wait=1"), timeout=10) as answer:
                found = json.load(answer)
            fresh = [mail for mail in found["messages"] if mail["id"] not in beside]
            mails = [mail for mail in fresh if containing.lower() in str(mail["subject"]).lower()]
            if mails or time.monotonic() > deadline:
                return mails

    def _read_until(self, words: str) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        said, deadline = "", time.monotonic() + PATIENCE
        while words not in said and time.monotonic() < deadline and self.process.poll() is None:
            if select.select([self.process.stdout], [], [], 1)[0]:
                said += self.process.stdout.readline()
        return said


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0


def _free_base() -> int:
    """A base port with nothing on it or on the ports that follow. Workers that look at the same time look apart."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    first = 21000 + 1000 * (worker % 9)
    for base in (*range(first, 31000, 100), *range(21000, first, 100)):
        if all(_is_free(base + place) for place in (0, 1, 2, 3, 10, 11, 12, 20, 21)):
            return base
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
