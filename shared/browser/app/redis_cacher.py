"""Whole pages, kept by tag, for visitors without a session.

The clock is read before a page is rendered, and bumped for its tags after the commit that changed them. A kept page is
good only while none of its tags was bumped later than its clock. Clock, tags and epoch live in one hash, so that
a flushed or half-evicted cache makes every page a miss, never an old page a hit. A crash between the commit and the
bump is repaired by the domain event that travelled in the same transaction.
"""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any, ClassVar, ParamSpec, cast

import structlog
from quart import Quart, Response, current_app, make_response, request
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from shared.browser.app.utils.htmx import wants_fragment
from shared.config import Settings
from shared.events.bus import DomainFact, emit_event
from shared.utils import random_token

log = structlog.get_logger("page_cache")

TTL_SECONDS = 3600
# What stands on all of them.
EVERY_PAGE = ("menu",)
STATE = "pages:state"
PAUSE_SECONDS = 2.0
P = ParamSpec("P")
Tags = Iterable[str] | Callable[..., Iterable[str]]


class PagesChanged(DomainFact):
    """Written with the change itself: whoever handles it bumps once more, which is harmless."""

    name: ClassVar[str] = "browser.pages_changed"

    tags: list[str]


@dataclass(frozen=True)
class Page:
    body: str
    content_type: str
    tags: list[str]
    clock: int
    epoch: str


class PageCache:
    """Valkey may be cold, flushed, cut off or absent: then pages are right, only slower."""

    def __init__(self, redis: "Redis | None") -> None:
        self.redis = redis
        self.resume_at = 0.0

    async def clock(self) -> tuple[str, int] | None:
        """The epoch and the clock now; None when there is no cache to keep anything in."""
        found = await self._try(lambda redis: redis.hmget(STATE, ["epoch", "clock"]))
        if found is None:
            return None
        epoch, clock = found
        if epoch is None:
            await self._try(lambda redis: redis.hsetnx(STATE, "epoch", random_token()))
            return None
        return epoch, int(clock or 0)

    async def get(self, key: str) -> Page | None:
        raw = await self._try(lambda redis: redis.get(key))
        if raw is None:
            return None
        page = Page(**json.loads(raw))
        state = await self._try(lambda redis: redis.hmget(STATE, ["epoch", *page.tags]))
        if state is None or state[0] != page.epoch:
            return None
        return page if all(int(bump or 0) <= page.clock for bump in state[1:]) else None

    async def put(self, key: str, page: Page) -> None:
        await self._try(lambda redis: redis.set(key, json.dumps(asdict(page)), ex=TTL_SECONDS))

    async def bump(self, tags: Iterable[str]) -> None:
        async def write(redis: "Redis") -> bool:
            now = await redis.hincrby(STATE, "clock", 1)
            await redis.hset(STATE, mapping=dict.fromkeys(tags, now))
            return True

        await self._try(write)

    async def aclose(self) -> None:
        if self.redis is not None:
            await self.redis.aclose()

    async def _try(self, call: Callable[["Redis"], Awaitable[Any]]) -> Any:
        if self.redis is None or time.monotonic() < self.resume_at:
            return None
        try:
            return await call(self.redis)
        except (RedisError, OSError) as error:
            self.resume_at = time.monotonic() + PAUSE_SECONDS
            log.warning("page cache away", error=repr(error))
            return None


def use_page_cache(app: Quart, settings: Settings) -> None:
    redis = (
        Redis.from_url(settings.redis_url, decode_responses=True, socket_timeout=0.25, socket_connect_timeout=0.25)
        if settings.redis_url
        else None
    )
    cache = PageCache(redis)
    app.extensions["page_cache"] = cache
    app.after_serving(cache.aclose)

    # After the transaction's own hook has committed: hooks run in reverse, so this one is registered before it.
    @app.after_request
    async def bump_what_changed(response: Response) -> Response:
        from quart import g

        if (session := g.get("session")) is not None:
            await bump_committed(session)
        return response


def cached(*, tags: Tags) -> Callable[[Callable[P, Awaitable[Any]]], Callable[P, Awaitable[Response]]]:
    """Keep this route's answer. `tags` is a list, or is called with the route's arguments."""

    def wrap(route: Callable[P, Awaitable[Any]]) -> Callable[P, Awaitable[Response]]:
        @wraps(route)
        async def through_cache(*args: P.args, **kwargs: P.kwargs) -> Response:
            if not _may_be_kept():
                return await _response(route(*args, **kwargs))
            cache: PageCache = current_app.extensions["page_cache"]
            key = _key()
            if page := await cache.get(key):
                return _answer(page, "hit")
            before = await cache.clock()
            response = await _response(route(*args, **kwargs))
            if before and _may_be_put(response):
                found = [*EVERY_PAGE, *(tags(*args, **kwargs) if callable(tags) else tags)]
                body = str(await response.get_data(as_text=True))
                kept = Page(body, response.content_type or "text/html", found, before[1], before[0])
                await cache.put(key, kept)
            response.headers["X-Cache"] = "miss"
            return response

        return through_cache

    return wrap


def invalidate(session: AsyncSession, *tags: str) -> None:
    """The one call when something that pages show has changed: takes effect when this transaction commits."""
    session.sync_session.info.setdefault("changed_tags", set()).update(tags)
    emit_event(session, PagesChanged(tags=sorted(tags)))


@event.listens_for(Session, "after_commit")
def _changes_are_committed(session: Session) -> None:
    committed = session.info.setdefault("committed_tags", set())
    committed.update(session.info.pop("changed_tags", set()))


@event.listens_for(Session, "after_rollback")
def _changes_never_happened(session: Session) -> None:
    session.info.pop("changed_tags", None)


async def bump_committed(session: AsyncSession) -> None:
    if found := session.sync_session.info.pop("committed_tags", set()):
        await current_app.extensions["page_cache"].bump(found)


async def bump_pages(event: PagesChanged) -> None:
    """Handler: what a crash between commit and bump would have left stale."""
    await current_app.extensions["page_cache"].bump(event.tags)


async def _response(answer: Awaitable[Any]) -> Response:
    return cast("Response", await make_response(await answer))


def _may_be_kept() -> bool:
    headers = request.headers
    personal = "Authorization" in headers or "Range" in headers or bool(request.cookies)
    return request.method == "GET" and not personal and len(request.query_string) < 200  # noqa: PLR2004


def _may_be_put(response: Response) -> bool:
    """A route says no_store when something is missing on its page that will be there again in a moment."""
    personal = "Set-Cookie" in response.headers
    return response.status_code == 200 and not personal and not response.cache_control.no_store  # noqa: PLR2004


def _key() -> str:
    name = current_app.extensions["app_name"]
    query = sorted(request.args.items(multi=True))
    identity = json.dumps([request.path, query, wants_fragment()])
    return f"pages:{name}:{hashlib.sha256(identity.encode()).hexdigest()}"


def _answer(page: Page, state: str) -> Response:
    return Response(page.body, 200, {"X-Cache": state}, content_type=page.content_type)
