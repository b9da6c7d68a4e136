"""A PostgreSQL that is killed, and comes back on the same port with what was committed."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from rose.supervisor.postgres import Postgres


class MortalServer:
    def __init__(self, home: Path) -> None:
        self.postgres = Postgres(home)
        self.postgres.start()
        self.url = self.postgres.url()
        self.killed = 0
        program = f"from shared.infrastructure.migrations import upgrade; upgrade({self.url!r})"
        subprocess.run([sys.executable, "-c", program], check=True)

    def kill(self, dice: random.Random) -> None:
        """The whole server, or the process of one connection: then the server ends all others and recovers."""
        main = int((self.postgres.data / "postmaster.pid").read_text().split()[0])
        children = _children(main)
        victim = main if dice.random() < 0.5 or not children else dice.choice(children)
        os.kill(victim, signal.SIGKILL)
        self.killed += 1
        if victim == main:
            assert self.postgres._child is not None
            self.postgres._child.wait()
            self.postgres.start()

    def stop(self) -> None:
        self.postgres.stop()


def _children(main: int) -> list[int]:
    """Processes of connections: what else PostgreSQL runs in the background is left alone."""
    found = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    return [int(pid) for pid in found if _title(pid).startswith("postgres: rose")]


def _title(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
