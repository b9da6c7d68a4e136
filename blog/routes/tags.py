from quart import Blueprint, Response, g, request

from blog.services import posts, tags
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number

bp = Blueprint("tags", __name__)


@bp.get("/tag/<slug>/")
@cached(tags=["posts"], query=["page"])
async def show(slug: str) -> Response:
    tag = await tags.get_by_slug(g.session, slug)
    found = await posts.list_by_tag(g.session, tag, request.args.get("page", 1, type=small_number))
    return await page("blog/tags/show.html", tag=tag, found=found)
