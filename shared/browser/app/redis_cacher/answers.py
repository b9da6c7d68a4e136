"""A kept page, put into words for one visitor; and what a visitor's cookies say about which page to show."""

from typing import Any

from shared.browser.app.redis_cacher.clock import Moment, to_moment
from shared.browser.app.redis_cacher.kept import NO_BODY, Form, Kept, best_encoding
from shared.browser.app.redis_cacher.requests import Found

SEEN = "seen"
_NEWS = b"news="


def is_member(cookies: bytes) -> bool:
    """Whether a session's cookie is among them: `sid`, under whichever name the site gives it."""
    return b"sid=" in cookies


def has_news(cookies: bytes) -> bool:
    """Whether the next page has to tell this visitor something."""
    return _NEWS in cookies


def last_write(cookies: bytes, name: bytes) -> Moment:
    """The moment of the visitor's own last change, which the next page must show; 0 when there is none.

    `name` is how the site calls the cookie SEEN, with the sign that follows it.
    """
    if name not in cookies:
        return 0
    for part in cookies.split(b";"):
        if part.strip().startswith(name):
            try:
                return to_moment(part.strip()[len(name) :].decode("ascii"))
            except ValueError:
                return 0
    return 0


async def answer(page: Kept, scope: Any, headers: Found, send: Any) -> bool:
    """True when the visitor was told that nothing has changed."""
    form: Form = page.form(best_encoding(headers.get(b"accept-encoding", b"")))
    match = headers.get(b"if-none-match")
    if match is not None and form.etag in match:
        await send(form.unchanged)
        await send(NO_BODY)
        return True
    await send(form.start)
    await send(form.body if scope["method"] == "GET" else NO_BODY)
    return False


async def answer_drawn(page: Kept, scope: Any, headers: Found, send: Any) -> None:
    """The same for a page that was drawn just now."""
    form = page.form(best_encoding(headers.get(b"accept-encoding", b"")))
    told = [(name, b"miss" if name == b"x-cache" else value) for name, value in form.start["headers"]]
    await send({**form.start, "headers": told})
    await send(form.body if scope["method"] == "GET" else NO_BODY)
