"""Programs that tests need and no Python package brings: the one that is there, or Debian's, installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


class Missing(RuntimeError):
    def __init__(self, package: str) -> None:
        super().__init__(f"Some tests need {package}: install your system's package of that name.")


def program(package: str, *other_names: str) -> str:
    """Where it is. Raises Missing when it is not there and may not be installed from here."""
    names = (package, *other_names)
    found = _find(names) or _install(package, names)
    if found is None:
        raise Missing(package)
    return found


def _find(names: tuple[str, ...]) -> str | None:
    return next(filter(None, (shutil.which(name, path=PATH) for name in names)), None)


def _install(package: str, names: tuple[str, ...]) -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    with (Path(tempfile.gettempdir()) / "rose-tests-installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _find(names) is None:
            for words in (("update", "-qq"), ("install", "-y", "-qq", package)):
                subprocess.run(["apt-get", *words], check=True, stdout=subprocess.DEVNULL)
    return _find(names)
