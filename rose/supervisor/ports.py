import socket
import time
from pathlib import Path

from rose.supervisor.errors import CannotRun

HOST = "127.0.0.1"
_LISTENING = "0A"
_PATIENCE = 1.5  # seconds: what a killed supervisor left behind needs a moment to die


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, purpose: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise CannotRun(_taken(port, purpose))
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=2):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _taken(port: int, purpose: str) -> str:
    by = find_holder(port) or "another program"
    elsewhere = 38000 if str(port).startswith("28") else 28000
    return (
        f"Port {port}, needed for {purpose}, is taken by {by}. "
        f'Stop that program, or choose other ports: make up ARGS="--port {elsewhere}".'
    )


def find_holder(port: int) -> str | None:
    """Who listens there, as "name (process 123)"; None when it cannot be seen from here."""
    sockets = _listening_sockets(port)
    for fd in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            link = fd.readlink()
            if str(link) in sockets:
                process = fd.parent.parent
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return None


def _listening_sockets(port: int) -> set[str]:
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for row in table.read_text().splitlines()[1:] if table.exists() else []:
            fields = row.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found
