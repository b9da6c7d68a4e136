import shutil
from pathlib import Path

from rose.supervisor.errors import CannotRun

_NEEDED = 300  # MB: a new cluster and its first journal take about 60, the demo and a day's work the rest


def require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1024**2
    if free < _NEEDED:
        raise CannotRun(
            f"The disk is nearly full: {free} MB are left for {folder}, a new database needs {_NEEDED}. "
            "Make room, or point ROSE_HOME at another disk."
        )


def without_space(said: str) -> str | None:
    """A sentence if that output complains of a full disk."""
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return "The disk is full. Make room and start again; nothing that was saved is lost."
    return None
