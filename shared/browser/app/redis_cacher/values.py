"""Small things that many pages show (the menu, another app's cards), kept in memory by the same clock."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from quart import current_app

from shared.browser.app.redis_cacher.clock import Clock, Moment
from shared.browser.app.redis_cacher.routes import FRESH_SECONDS, tag

T = TypeVar("T")
MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Value:
    since: Moment
    tags: tuple[str, ...]
    until: float
    value: Any


async def kept_value(name: str, load: Callable[[], Awaitable[T]], *, tags: tuple[str, ...]) -> T:
    """`load()`, or what it answered before if nothing with these tags has changed since; at most a minute old.

    None is not kept. The answer is shared: nobody may change it.
    """
    tag(*tags)
    cache = current_app.extensions["page_cache"]
    clock: Clock = cache.clock
    found: Value | None = cache.values.get(name)
    if found and clock.trusted and monotonic() < found.until and clock.good(found.since, found.tags):
        value: T = found.value
        return value
    since = clock.seen
    loaded = await load()
    if loaded is not None:
        _put(cache.values, name, Value(since, tags, monotonic() + FRESH_SECONDS, loaded))
    return loaded


def _put(values: "OrderedDict[str, Value]", name: str, value: Value) -> None:
    values[name] = value
    values.move_to_end(name)
    while len(values) > MOST_VALUES:
        values.popitem(last=False)
