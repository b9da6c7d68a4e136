"""How often something may be done: the whole table, and the one call that counts.

Counted in Valkey for all processes together, in fixed windows. A site that has no Valkey counts in each process;
one whose Valkey is away lets readers through and sends no mail.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

import structlog
from quart import Quart, current_app

from shared.breaker import Away
from shared.browser.app.networks import client_network
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.watch import watch
from shared.config import Settings
from shared.db.valkey import breaker, connect
from shared.errors import TooMany, Unavailable
from shared.utils import keyed_hash

log = structlog.get_logger("limits")

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Limit:
    """At most `times` within `seconds`. `closed`: refused while the counter cannot be reached."""

    times: int
    seconds: int
    closed: bool = False


LIMITS: dict[str, Limit] = {
    "sign_in_address": Limit(5, HOUR, closed=True),
    "sign_in_network": Limit(20, HOUR, closed=True),
    "sign_in_code": Limit(30, HOUR, closed=True),
    "second_factor": Limit(5, 15 * MINUTE, closed=True),
    "passkey": Limit(30, MINUTE),
    "email_change": Limit(5, HOUR, closed=True),
    "search": Limit(60, MINUTE),
    "basket": Limit(120, MINUTE),
    "checkout": Limit(30, MINUTE),
}
P = ParamSpec("P")
T = TypeVar("T")


class Counter(Protocol):
    async def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Once more: how often now in this window, and after how many seconds it ends."""
        ...


class ValkeyCounter:
    def __init__(self, url: str) -> None:
        self.redis, self.breaker = connect(url), breaker(url)

    async def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Raises Away."""
        return await self.breaker.ask(lambda: self._count(key, seconds))

    async def _count(self, key: str, seconds: int) -> tuple[int, int]:
        async with self.redis.pipeline(transaction=True) as pipe:
            pipe.set(key, 0, ex=seconds, nx=True)
            pipe.incr(key)
            pipe.ttl(key)
            _, times, rest = await pipe.execute()
        return int(times), max(1, int(rest))

    async def aclose(self) -> None:
        await self.redis.aclose()


class OwnCounter:
    """In this process alone. What has ended is forgotten when the table grows."""

    LARGEST = 10_000

    def __init__(self) -> None:
        self.windows: dict[str, tuple[int, float]] = {}

    async def count(self, key: str, seconds: int) -> tuple[int, int]:
        now = time.monotonic()
        if len(self.windows) > self.LARGEST:
            self.windows = {name: window for name, window in self.windows.items() if window[1] > now}
        times, ends = self.windows.get(key, (0, 0.0))
        if ends <= now:
            times, ends = 0, now + seconds
        self.windows[key] = times + 1, ends
        return times + 1, max(1, round(ends - now))


def use_limits(app: Quart, settings: Settings) -> None:
    if settings.redis_url is None:
        app.extensions["limits"] = OwnCounter()
        return
    counter = app.extensions["limits"] = ValkeyCounter(settings.redis_url)
    app.after_serving(counter.aclose)


async def spend(name: str, key: str) -> None:
    """Counts one try of `name` by `key` (an address, a network).

    Raises TooMany when there were enough, and Unavailable when a closed limit cannot be counted.
    """
    limit = LIMITS[name]
    counter: Counter = current_app.extensions["limits"]
    # Neither addresses nor networks are stored as they are.
    hashed = keyed_hash(current_settings().secret_key, f"limit:{name}:{key}")
    try:
        times, wait = await counter.count(f"limits:{hashed}", limit.seconds)
    except Away:
        log.warning("limits cannot be counted", limit=name, refused=limit.closed)
        if limit.closed:
            raise Unavailable from None
        return
    if times > limit.times:
        watch("limit reached", limit=name)
        raise TooMany(wait=wait)


def limited(name: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """This route, at most so often from one network."""
    if name not in LIMITS:
        raise KeyError(name)

    def wrap(route: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @wraps(route)
        async def counted(*args: P.args, **kwargs: P.kwargs) -> T:
            await spend(name, client_network())
            return await route(*args, **kwargs)

        counted.limit = name  # type: ignore[attr-defined]
        return counted

    return wrap
