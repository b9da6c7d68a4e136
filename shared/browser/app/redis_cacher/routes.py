"""What a route says of its page: that it may be kept, for which parts of the address, and what it shows."""

from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, cast

from quart import Response, make_response

P = ParamSpec("P")
Tags = Iterable[str] | Callable[..., Iterable[str]]

# Shown at once while one visitor's request draws it anew; only for what time alone changes.
FRESH_SECONDS, STALE_SECONDS = 60.0, 600.0
# What stands on all of them.
EVERY_PAGE = ("menu",)


@dataclass(frozen=True)
class Policy:
    """Of the query only the names in `query` reach the page. `times` as in `kept.keep`."""

    query: frozenset[str]
    times: tuple[float, float]


@dataclass
class Drawing:
    """A page that is being drawn for everyone: what it turned out to show."""

    tags: set[str] = field(default_factory=set)
    wanted: bool = False
    strangers: bool = False


drawing: ContextVar[Drawing | None] = ContextVar("drawing", default=None)


def cached(
    *, tags: Tags, query: Iterable[str] = (), fresh: float = FRESH_SECONDS
) -> Callable[[Callable[P, Awaitable[Any]]], Callable[P, Awaitable[Response]]]:
    """Keep this route's page for everyone. `tags` is a list, or is called with the route's arguments.

    The route is run without cookies, without headers, and without any part of the query that `query` does not name.
    A response that sets a cookie, is not a 200 or says no_store is not kept.
    """
    policy = Policy(frozenset(query), (fresh, STALE_SECONDS))

    def wrap(route: Callable[P, Awaitable[Any]]) -> Callable[P, Awaitable[Response]]:
        @wraps(route)
        async def kept(*args: P.args, **kwargs: P.kwargs) -> Response:
            found = drawing.get()
            if found is not None:
                found.wanted = True
                tag(*EVERY_PAGE, *(tags(*args, **kwargs) if callable(tags) else tags))
            response = cast("Response", await make_response(await route(*args, **kwargs)))
            response.vary.add("Accept-Encoding")
            if found is not None:
                # Browsers ask each time, and are mostly told that nothing has changed.
                response.headers.setdefault("Cache-Control", "no-cache")
                if found.strangers:
                    response.vary.add("Cookie")
            return response

        kept.page_policy = policy  # type: ignore[attr-defined]
        return kept

    return wrap


def tag(*names: str) -> None:
    """The page that is being drawn shows this too. Says nothing when no page is kept."""
    if (found := drawing.get()) is not None:
        found.tags.update(names)


def for_strangers_only() -> None:
    """Members are shown something else at this address: this page is kept, and not for them."""
    if (found := drawing.get()) is not None:
        found.strangers = True


def is_for_everyone() -> bool:
    """Whether the page that is being drawn will be kept: nothing personal stands on it."""
    return drawing.get() is not None
