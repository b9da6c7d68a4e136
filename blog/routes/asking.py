"""Asking for a link by email, and the cookies of the browser that asked: the link and the digits work only there."""

from urllib.parse import quote, unquote

from quart import Response, g, request

from blog.services import sign_in
from blog.services.sign_in import Wish
from shared.browser.app.limits import spend
from shared.browser.app.utils.cookies import own_cookie, set_cookie
from shared.browser.app.utils.htmx import see_other
from shared.browser.app.utils.settings import current_settings
from shared.db.session import get_session


def cookie() -> str:
    return request.cookies.get(own_cookie(current_settings(), "ask"), "")


def address() -> str:
    """What this browser last asked with: for its own eyes, and worth nothing else."""
    return unquote(request.cookies.get(own_cookie(current_settings(), "asked"), ""))


async def known_browser() -> str:
    """The cookie from an earlier asking, so that both mails work; one that we never gave is not taken over."""
    found = cookie()
    async with get_session(read_only=True) as session:
        return found if await sign_in.is_waiting(session, found) else ""


async def request_link(email: str, wish: Wish, *, browser: str) -> None:
    """Raises TooMany."""
    await spend("sign_in_address", email)
    await sign_in.request_link(g.session, email, wish=wish, browser=browser, key=current_settings().secret_key)


async def answer(browser: str, email: str) -> Response:
    """The same for everybody, whether a link was sent or not."""
    response = await see_other("/sign-in/sent/")
    settings = current_settings()
    lifetime = int(sign_in.LIFETIME.total_seconds())
    set_cookie(response, settings, own_cookie(settings, "ask"), browser, seconds=lifetime)
    set_cookie(response, settings, own_cookie(settings, "asked"), quote(email), seconds=lifetime)
    return response
