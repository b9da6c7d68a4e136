"""The page cache, standing before the app: a page that is still good is answered without waking it."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from quart import Quart

from shared.browser.app.redis_cacher import stream
from shared.browser.app.redis_cacher.answers import SEEN, answer, answer_drawn, has_news, is_member, last_write
from shared.browser.app.redis_cacher.clock import Clock, Moment
from shared.browser.app.redis_cacher.figures import Figures
from shared.browser.app.redis_cacher.flights import Flights
from shared.browser.app.redis_cacher.kept import Kept
from shared.browser.app.redis_cacher.requests import Asked, Canon, Found, Scope
from shared.browser.app.redis_cacher.shelf import Shelf
from shared.browser.app.redis_cacher.store import Store
from shared.browser.app.redis_cacher.tail import Tail
from shared.browser.app.redis_cacher.valkey import Link
from shared.browser.app.redis_cacher.values import Value
from shared.browser.app.utils.cookies import shared_cookie
from shared.browser.app.utils.htmx import PARTIAL, REQUEST_TYPE
from shared.config import Settings

READS = frozenset({"GET", "HEAD"})
# A visitor is shown a page that grew old while it was drawn so often, and then one drawn for them alone.
TRIES = 3


class PageCache:
    def __init__(self, app: Quart, settings: Settings, url: str) -> None:
        name = app.extensions["app_name"]
        self.inner: Any = app.asgi_app
        self.figures, self.clock = Figures(name), Clock()
        self.canon, self.shelf = Canon(app, settings), Shelf(self.figures)
        self.seen = shared_cookie(settings, SEEN).encode() + b"="
        self.values: OrderedDict[str, Value] = OrderedDict()
        self.link, self.tail = Link(url), Tail(url, self.clock, self.figures)
        self.flights = Flights(self, Store(self.link, settings, name))

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] not in READS:
            await self.inner(scope, receive, send)
            return
        headers = dict(scope["headers"])
        page = self.shelf.get((scope["path"], scope["query_string"], headers.get(REQUEST_TYPE) == PARTIAL))
        special = b"authorization" in headers or b"range" in headers
        if page is None or special or not self.may_show(page, headers.get(b"cookie", b"")):
            await self._slowly(scope, receive, send, headers)
            return
        self.figures.l1 += 1
        if await answer(page, scope, headers, send):
            self.figures.not_modified += 1
        if time.time() > page.fresh and (asked := self.canon.ask(scope, headers)):
            self.flights.refresh(asked, scope)

    def may_show(self, page: Kept, cookies: bytes) -> bool:
        """Still good, and for this visitor."""
        if not (self.clock.trusted and self.is_good(page)):
            return False
        if not cookies:
            return True
        return not ((page.strangers and is_member(cookies)) or has_news(cookies) or self._is_behind(cookies))

    def is_good(self, page: Kept) -> bool:
        if page.looked != self.clock.version:
            if not self.clock.good(page.since, page.tags):
                return False
            page.looked = self.clock.version
        return time.time() < page.stale

    async def bump(self, tags: Iterable[str]) -> Moment:
        """These changes are committed. Returns when they were told; or now, when they could not be told yet."""
        names = sorted(set(tags))
        at = await self.link.ask(lambda: stream.add(self.link.text, names, seen=self.clock.seen))
        if at is None:
            self.clock.owe(names)
            return int(time.time() * 1000) << 24
        self.clock.paid(names, at)
        return at

    async def aclose(self) -> None:
        await self.flights.aclose()
        await self.tail.aclose()
        await self.link.aclose()

    def _is_behind(self, cookies: bytes) -> bool:
        return last_write(cookies, self.seen) > self.clock.told

    async def _slowly(self, scope: Scope, receive: Any, send: Any, headers: Found) -> None:
        asked = self.canon.ask(scope, headers)
        if asked is None:
            await self.inner(scope, receive, send)
            return
        await self.tail.start()
        if not await self._from_cache(asked, scope, send, headers):
            await self.inner(scope, receive, send)

    async def _from_cache(self, asked: Asked, scope: Scope, send: Any, headers: Found) -> bool:
        """False when this request has to be answered by the app itself."""
        cookies = headers.get(b"cookie", b"")
        if reason := self._why_not(cookies):
            self.figures.misses[reason] += 1
            return False
        page = self.shelf.get(asked.address)
        if page is not None and self.may_show(page, cookies):
            self.figures.l1 += 1
            await answer(page, scope, headers, send)
            return True
        return await self._from_flight(asked, scope, send, headers)

    async def _from_flight(self, asked: Asked, scope: Scope, send: Any, headers: Found) -> bool:
        member = is_member(headers.get(b"cookie", b""))
        for _ in range(TRIES):
            landed, joined = await self.flights.board(asked, scope)
            page = landed.page
            if page is None:
                alone = not joined and not member and scope["method"] == "GET"
                return alone and landed.drawn is not None and await landed.drawn.replay(send)
            if joined and not self.is_good(page):
                continue
            if member and page.strangers:
                self.figures.misses["member"] += 1
                return False
            await (answer if landed.drawn is None else answer_drawn)(page, scope, headers, send)
            return True
        return False

    def _why_not(self, cookies: bytes) -> str | None:
        if not self.clock.trusted:
            return "untold"
        if has_news(cookies):
            return "news"
        return "behind" if self._is_behind(cookies) else None
