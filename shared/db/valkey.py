"""The way to Valkey, which may be cold, flushed, cut off or absent: then everything is right, only slower."""

import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger("valkey")
T = TypeVar("T")

PAUSE_SECONDS = 1.0
# Seconds that anybody waits for Valkey before doing without.
PATIENCE = 0.25


def connect(url: str, *, timeout: float = PATIENCE, text: bool = False) -> "Redis":
    return Redis.from_url(
        url,
        decode_responses=text,
        socket_timeout=timeout,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class Away(Exception):
    """No answer, or nobody asked: a moment ago there was none."""


class Breaker:
    """One for each server: whoever waits in vain spares the rest of the process the waiting, for a second."""

    def __init__(self) -> None:
        self.resume_at = 0.0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Raises Away."""
        if time.monotonic() < self.resume_at:
            raise Away
        try:
            return await question()
        except (RedisError, OSError) as error:
            self.resume_at = time.monotonic() + PAUSE_SECONDS
            log.warning("valkey away", error=repr(error))
            raise Away from error


@cache
def breaker(_url: str) -> Breaker:
    return Breaker()
