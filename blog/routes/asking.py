"""The cookie of the browser that asked for a mail: the link and the digits in it work only there."""

from quart import Response, request

from blog.services import sign_in
from shared.browser.app.utils.cookies import own_cookie, set_cookie
from shared.browser.app.utils.settings import current_settings
from shared.db.session import get_session


def cookie() -> str:
    return request.cookies.get(own_cookie(current_settings(), "ask"), "")


async def known_browser() -> str:
    """The cookie from an earlier asking, so that both mails work; one that we never gave is not taken over."""
    found = cookie()
    async with get_session(read_only=True) as session:
        return found if await sign_in.is_waiting(session, found) else ""


def keep(response: Response, browser: str) -> None:
    settings = current_settings()
    lifetime = int(sign_in.LIFETIME.total_seconds())
    set_cookie(response, settings, own_cookie(settings, "ask"), browser, seconds=lifetime)
