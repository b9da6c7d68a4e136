"""Every process follows the stream of changes: a kept page is then found good without asking anybody."""

import asyncio
import time
from typing import Any

import structlog
from redis.exceptions import RedisError

from shared.browser.app.redis_cacher import stream
from shared.browser.app.redis_cacher.clock import Clock, Moment
from shared.browser.app.redis_cacher.figures import Figures
from shared.db.valkey import connect

log = structlog.get_logger("page_cache")

# Milliseconds that one question waits for a change; far below the socket's timeout, which would be an error.
WAIT_MS = 250
SOCKET_SECONDS = 1.5
# So long after the last answer the process trusts what it has kept: the most by which a cut cable can make a page old.
TRUST_SECONDS = 0.75
AFTER_A_FAULT = 0.2


class Tail:
    def __init__(self, url: str, clock: Clock, figures: Figures) -> None:
        self.clock, self.figures = clock, figures
        self.redis = connect(url, timeout=SOCKET_SECONDS, text=True)
        self.redis.connection_pool.connection_kwargs["redis_connect_func"] = self._greet
        self.joined = self.closing = False
        self.task: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    async def start(self) -> None:
        """Returns when the changes so far are known, or when Valkey does not answer."""
        if self.task is None:
            self.task = asyncio.create_task(self._follow(), name="page cache")
        await self.ready.wait()

    async def aclose(self) -> None:
        # A time-out of the client's may swallow the cancelling; the loop then ends by itself.
        self.closing = True
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        await self.redis.aclose()

    async def _greet(self, connection: Any) -> None:
        """A new connection may lead to a server that knows nothing of what we have seen."""
        self.joined = False
        await connection.on_connect()

    async def _follow(self) -> None:
        while not self.closing:
            try:
                await self._once()
            except (RedisError, OSError, IndexError) as error:
                self._broken(error)
                await asyncio.sleep(AFTER_A_FAULT)
            finally:
                self.ready.set()

    async def _once(self) -> None:
        if not self.joined:
            await self._join()
        if self.clock.owed:
            await self._pay()
        await self._read(wait_ms=WAIT_MS)

    async def _join(self) -> None:
        await self.redis.ping()
        self.joined = True
        await stream.join(self.redis, self.clock)
        while await stream.read(self.redis, self.clock, wait_ms=None):
            pass
        self._heard([])

    async def _read(self, *, wait_ms: int) -> None:
        heard = await stream.read(self.redis, self.clock, wait_ms=wait_ms)
        if self.joined:
            self._heard(heard)

    async def _pay(self) -> None:
        tags = frozenset(self.clock.owed)
        self.clock.paid(tags, await stream.add(self.redis, tags, seen=self.clock.seen))

    def _heard(self, moments: list[Moment]) -> None:
        self.clock.trusted_until = time.monotonic() + TRUST_SECONDS
        self.figures.tail_broken = False
        if moments:
            self.figures.note_lag(time.time() - (moments[0] >> 24) / 1000)

    def _broken(self, error: Exception) -> None:
        self.clock.trusted_until = 0.0
        self.joined = False
        if not self.figures.tail_broken:
            log.warning("changes of pages cannot be followed", error=repr(error))
        self.figures.tail_broken = True
        self.figures.breaks += 1
