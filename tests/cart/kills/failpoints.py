"""Where a process may die: before and after each message it sends to PostgreSQL, SumUp, the mail server, another app.

Between two messages nobody else can see what a process does, so these are all the places that matter.
"""

import os
import signal
from asyncio import selector_events
from collections.abc import Callable, Mapping
from typing import Any

from shared.infrastructure.keep_alive import Answer, Question
from tests.house import Between


class Failpoints:
    """Counts them; at number `deadly` the process is gone. What the clock does is not counted."""

    def __init__(self, deadly: int | None) -> None:
        self.deadly = deadly
        self.passed: list[str] = []
        self.counting = False

    def pass_by(self, what: str) -> None:
        if not self.counting:
            return
        if len(self.passed) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed.append(what)

    def watch(self) -> None:
        """From here on, in this process."""
        transport: Any = selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
        for name in ("write", "writelines"):
            setattr(transport, name, self._around(getattr(transport, name)))
        ask = Between.ask

        async def between(this: Between, origin: str, question: Question, headers: Mapping[str, str]) -> Answer:
            self.pass_by(f"before {question.method} to an app")
            answer = await ask(this, origin, question, headers)
            self.pass_by(f"after {question.method} to an app")
            return answer

        Between.ask = between  # type: ignore[method-assign]

    def _around(self, write: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def watched(transport: Any, data: Any) -> None:
            words = b"".join(data) if isinstance(data, list) else bytes(data)
            self.pass_by(f"before {_kind(words)}")
            write(transport, data)
            self.pass_by(f"after {_kind(words)}")

        return watched


def _kind(words: bytes) -> str:
    if b"COMMIT;" in words:
        return "COMMIT"
    if b"HTTP/1.1" in words:
        return f"{words.split(b' ')[0].decode()} to SumUp"
    return "SQL" if words[:1] in b"QPBDESCHXp\0" and b"\0" in words else "text"
