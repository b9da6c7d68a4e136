"""The way to Valkey, which may be cold, flushed, cut off or absent: then pages are right, only slower."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger("page_cache")
T = TypeVar("T")

PAUSE_SECONDS = 1.0
# Seconds that a page waits for Valkey before it is drawn without it.
PATIENCE = 0.25


def connect(url: str, *, timeout: float, text: bool) -> "Redis":
    return Redis.from_url(
        url,
        decode_responses=text,
        socket_timeout=timeout,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class Link:
    """Ask, and do without for a second when there is no answer. `text` is for words, `raw` for pages."""

    def __init__(self, url: str) -> None:
        self.text = connect(url, timeout=PATIENCE, text=True)
        self.raw = connect(url, timeout=PATIENCE, text=False)
        self.resume_at = 0.0

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        if time.monotonic() < self.resume_at:
            return None
        try:
            return await question()
        except (RedisError, OSError) as error:
            self.resume_at = time.monotonic() + PAUSE_SECONDS
            log.warning("page cache away", error=repr(error))
            return None

    async def aclose(self) -> None:
        await self.text.aclose()
        await self.raw.aclose()
