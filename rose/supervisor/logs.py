from pathlib import Path
from typing import BinaryIO

_KEPT = 3


def open_log(path: Path) -> BinaryIO:
    """A new log; the previous ones stay beside it as .1, .2 and .3."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for age in range(_KEPT, 0, -1):
        older = path if age == 1 else path.with_name(f"{path.name}.{age - 1}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{age}"))
    return path.open("ab", buffering=0)


def tail(path: Path, *, lines: int = 5) -> str:
    """The last lines, or nothing when there is no log."""
    if not path.exists():
        return ""
    said = path.read_bytes()[-8192:].decode(errors="replace")
    return "\n".join(said.splitlines()[-lines:])
