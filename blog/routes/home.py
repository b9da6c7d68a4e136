from quart import Blueprint, Response, g

from blog.services import cards, posts
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page

bp = Blueprint("home", __name__)

LATEST = 8


@bp.get("/")
@cached(tags=["posts"])
async def show() -> Response:
    latest = await posts.list_latest(g.session, limit=LATEST)
    found = await cards.on_front_page()
    response = await page("blog/home/show.html", posts=latest, cards=found)
    return response if found.complete else unkept(response)


def unkept(response: Response) -> Response:
    """Something is missing on this page that will be there again in a moment."""
    response.cache_control.no_store = True
    return response
