"""What a POST has to tell the page to which it sends a browser: said once, to this visitor, on no page that is kept.

In the address it would be said again at each reload, and to everybody who is given the link.
"""

from quart import Quart, Response, g, request

from shared.browser.app.utils.cookies import own_cookie, set_cookie
from shared.browser.app.utils.settings import current_settings
from shared.config import Settings

# The page cache looks for it: see redis_cacher/answers.py.
NEWS = "news"
UNTIL_THE_NEXT_PAGE = 60  # seconds


def tell(path: str, count: int) -> None:
    """For whoever is sent to `path` of this app next. A fragment says it by itself."""
    g.news = f"{path}@{count}"


def hear() -> int | None:
    """What there is to be told on the page that is drawn; it is not told a second time."""
    path, _, count = request.cookies.get(own_cookie(current_settings(), NEWS), "").partition("@")
    if path != request.path or not (count.isascii() and count.isdigit()):
        return None
    g.news = ""
    return int(count)


def use_news(app: Quart, settings: Settings) -> None:
    @app.after_request
    async def carry(response: Response) -> Response:
        """To the page where the browser is sent, and away from there."""
        news = g.get("news")
        if news == "" or (news and response.location):
            set_cookie(response, settings, own_cookie(settings, NEWS), news, seconds=UNTIL_THE_NEXT_PAGE)
        return response
