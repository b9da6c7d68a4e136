import shutil
from pathlib import Path

from rose.supervisor.errors import CannotRun

_NEEDED = 300  # MB: a new cluster and its first journal take about 60, the demo and a day's work the rest
_LEAST = 16  # MB: one journal file


def require_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1024**2
    if free < _NEEDED:
        raise CannotRun(
            f"The disk is nearly full: {free} MB are left for {folder}, a new database needs {_NEEDED}. "
            "Make room, or point ROSE_HOME at another disk."
        )


def without_space(said: str, folder: Path) -> str | None:
    """A sentence if that output complains of a full disk, or the disk is too full even for the complaint."""
    complains = "No space left on device" in said or "Disk quota exceeded" in said
    if complains or shutil.disk_usage(folder).free < _LEAST * 1024**2:
        return f"The disk that holds {folder} is full. Make room and start again; nothing that was saved is lost."
    return None
