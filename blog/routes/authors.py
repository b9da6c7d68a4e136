from quart import Blueprint, Response, g, request

from blog.services import authors, posts
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number

bp = Blueprint("authors", __name__)


@bp.get("/author/<slug>/")
@cached(tags=["posts"], query=["page"])
async def show(slug: str) -> Response:
    author = await authors.get_by_slug(g.session, slug)
    found = await posts.list_by_author(g.session, author, request.args.get("page", 1, type=small_number))
    return await page("blog/authors/show.html", author=author, found=found)
