"""Is the site of this ROSE_HOME running, and where? A lock that the kernel drops with its holder says so."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from rose.supervisor.addresses import Addresses
from rose.supervisor.environment import environment, home_path
from rose.supervisor.errors import CannotRun


@dataclass(frozen=True)
class Running:
    process: int
    base: int

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.base)


def hold(home: Path, addresses: Addresses) -> TextIO:
    """The lock, held while the file stays open. Raises CannotRun when another process has it."""
    home.mkdir(mode=0o711, parents=True, exist_ok=True)
    file = (home / "lock").open("a+")
    if not _lock(file):
        raise CannotRun(_already(home))
    file.truncate(0)
    json.dump(asdict(Running(os.getpid(), addresses.base)), file)
    file.flush()
    return file


def find_running(home: Path) -> Running | None:
    try:
        with (home / "lock").open() as file:
            return None if _lock(file, fcntl.LOCK_SH) else Running(**json.load(file))
    except (FileNotFoundError, ValueError):
        return None


def use_site_environ() -> None:
    """For commands beside `up`: completes this process's environment with that of the running site."""
    running = find_running(home_path())
    if running:
        os.environ.update(environment(home_path(), running.addresses, os.environ))
    elif not ("DATABASE_URL" in os.environ or "DATABASE_URL_FILE" in os.environ):
        raise CannotRun(f"No site is running in {home_path()}. Start it with make up, or set DATABASE_URL.")


def _lock(file: TextIO, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _already(home: Path) -> str:
    running = find_running(home)
    where = f" at {running.addresses.public('blog')} (process {running.process})" if running else ""
    return (
        f"The site in {home} is already running{where}. Stop it there with Ctrl-C, or give a second site "
        'its own folder and ports: ROSE_HOME=.rose2 make up ARGS="--port 28000".'
    )
