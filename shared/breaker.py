"""Whoever waits for another server in vain spares the rest of the process the waiting."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

log = structlog.get_logger("breaker")
T = TypeVar("T")

PAUSE_SECONDS = 1.0


class Away(Exception):
    """No answer, or nobody asked: a moment ago there was none."""


class Breaker:
    """One for each server. After `most` questions in vain on end nobody asks for a second; then one asks for all."""

    def __init__(self, server: str, *, faults: tuple[type[Exception], ...], most: int = 1) -> None:
        self.server, self.faults, self.most = server, faults, most
        self.in_vain, self.resume_at = 0, 0.0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Raises Away."""
        if self.in_vain >= self.most:
            if time.monotonic() < self.resume_at:
                raise Away
            self._pause()
        try:
            answer = await question()
        except self.faults as error:
            self.in_vain += 1
            self._pause()
            log.warning("server away", server=self.server, error=repr(error))
            raise Away from error
        self.in_vain = 0
        return answer

    def _pause(self) -> None:
        self.resume_at = time.monotonic() + PAUSE_SECONDS
