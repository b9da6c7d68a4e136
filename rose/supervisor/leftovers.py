"""What a killed server leaves in its data directory. The PID file is a hint where to ask, and no more."""

import time
from pathlib import Path

from rose.supervisor.errors import CannotRun

_PORT_LINE = 3


def find_port(data: Path) -> int | None:
    """Where a server on that directory said it would listen, if it ever said so."""
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[_PORT_LINE])
    except (OSError, ValueError, IndexError):
        return None


def clear(data: Path, *, patience: float) -> None:
    """Wait for dying servers to be gone, then drop a PID file that by now may name a stranger.

    After a reboot or in a new container the old number often belongs to another program, and
    PostgreSQL would refuse to start. Every PostgreSQL process works in its data directory, which
    the kernel can be asked about. Where it cannot, PostgreSQL's own check has to do.
    """
    if not Path("/proc/self/cwd").exists():
        return
    deadline = time.monotonic() + patience
    while pids := _working_in(data):
        if time.monotonic() > deadline:
            raise CannotRun(f"Another PostgreSQL (process {pids[0]}) works on {data} and does not answer; stop it.")
        time.sleep(0.03)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _working_in(data: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _serves(entry, data)]


def _serves(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").readlink() == data and (process / "exe").readlink().name.startswith("postgres")
    except OSError:
        return False
