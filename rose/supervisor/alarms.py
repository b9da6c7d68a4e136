"""What of a program's log belongs on the operator's screen: warnings, errors, and how a traceback ends."""

import json
import re
from typing import Any

_LOUD = {"warning", "error", "critical"}
_PLAIN = re.compile(r"^\W*(\S+ )?(WARNING|ERROR|CRITICAL)\b")
_TRACEBACK = "Traceback (most recent call last)"


class Alarms:
    """Fed with a log as it comes, in pieces of any size, it answers the lines worth showing."""

    def __init__(self) -> None:
        self._rest = b""
        self._in_traceback = False

    def feed(self, piece: bytes) -> list[str]:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        found = (self._alarm(line.decode(errors="replace").rstrip()) for line in lines)
        return [text for text in found if text]

    def _alarm(self, line: str) -> str | None:
        if self._in_traceback:
            # Frames are indented; the line that is not says what went wrong.
            self._in_traceback = not line or line.startswith(" ")
            return None if self._in_traceback else line
        if line.startswith(_TRACEBACK):
            self._in_traceback = True
            return None
        return _from_json(line) if line.startswith("{") else line if _PLAIN.match(line) else None


def _from_json(line: str) -> str | None:
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    if entry.get("level") not in _LOUD:
        return None
    said = str(entry.get("event", "")).splitlines()
    raised = str(entry.get("exception", "")).strip().splitlines()
    return ": ".join((*said[:1], *raised[-1:]))
