from quart import Blueprint, Response, g

from blog.services import newsletters
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page

bp = Blueprint("newsletters", __name__)


@bp.get("/newsletters/")
@cached(tags=["newsletters"])
async def index() -> Response:
    return await page("blog/newsletters/index.html", newsletters=await newsletters.list_active(g.session))
