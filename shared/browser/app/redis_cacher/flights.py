"""One drawing of a page at a time: whoever asks meanwhile joins. Across processes nobody waits for anybody."""

import asyncio
import time
from typing import Any, NamedTuple, Protocol

from shared.browser.app.redis_cacher.clock import Clock
from shared.browser.app.redis_cacher.drawings import Drawn, draw
from shared.browser.app.redis_cacher.figures import Figures
from shared.browser.app.redis_cacher.kept import Kept
from shared.browser.app.redis_cacher.requests import Asked, Canon, Scope
from shared.browser.app.redis_cacher.shelf import Address, Shelf
from shared.browser.app.redis_cacher.store import Store


class Landed(NamedTuple):
    """`page` is None when it may not be kept; `drawn` is None when it came from Valkey."""

    page: Kept | None
    drawn: Drawn | None


class Airport(Protocol):
    """What flights need of the cache around them."""

    inner: Any
    clock: Clock
    figures: Figures
    canon: Canon
    shelf: Shelf


class Flights:
    def __init__(self, cache: Airport, store: Store) -> None:
        self.cache, self.store = cache, store
        self.under_way: dict[Address, asyncio.Task[Landed]] = {}

    async def board(self, asked: Asked, scope: Scope) -> tuple[Landed, bool]:
        """The page, and whether somebody else had begun it. A visitor who hangs up ends no drawing."""
        flight = self.under_way.get(asked.address)
        joined = flight is not None
        self.cache.figures.joined += joined
        return await asyncio.shield(flight or self._begin(asked, scope)), joined

    def refresh(self, asked: Asked, scope: Scope) -> None:
        """In the background, while what is there is still shown."""
        if asked.address not in self.under_way:
            self.cache.figures.refreshed += 1
            self._begin(asked, scope)

    async def aclose(self) -> None:
        tasks = list(self.under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, asked: Asked, scope: Scope) -> asyncio.Task[Landed]:
        flight = asyncio.create_task(self._fly(asked, scope), name=f"page {asked.address.path}")
        self.under_way[asked.address] = flight
        flight.add_done_callback(lambda _: self.under_way.pop(asked.address, None))
        return flight

    async def _fly(self, asked: Asked, scope: Scope) -> Landed:
        cache = self.cache
        before = cache.shelf.get(asked.address)
        stored = await self.store.get(asked.address)
        if stored is not None and time.time() < stored.fresh and cache.clock.good(stored.since, stored.tags):
            cache.figures.l2 += 1
            cache.shelf.put(asked.address, stored)
            return Landed(stored, None)
        cache.figures.misses[self._reason(before or stored)] += 1
        return await self._draw(asked, scope)

    async def _draw(self, asked: Asked, scope: Scope) -> Landed:
        cache = self.cache
        # Before anything is read: being late is safe, see Clock.
        since = cache.clock.seen
        drawn = await draw(cache.inner, cache.canon.bare(scope, asked.address))
        if not drawn.may_be_kept:
            return Landed(None, drawn)
        page = drawn.keep(since=since, policy=asked.policy)
        if cache.clock.good(page.since, page.tags):
            cache.shelf.put(asked.address, page)
            await self.store.put(asked.address, page, seconds=sum(asked.policy.times))
        return Landed(page, drawn)

    def _reason(self, before: Kept | None) -> str:
        if before is None:
            return "cold"
        return "old" if self.cache.clock.good(before.since, before.tags) else "changed"
