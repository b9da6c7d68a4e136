"""What machines read: the feed, the site map, and where robots need not go."""

from quart import Blueprint, Response, g

from blog.services import posts
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.templates import render_alone
from shared.utils import host_url

bp = Blueprint("feeds", __name__)


@bp.get("/rss/")
@cached(tags=["posts"])
async def rss() -> Response:
    latest = await posts.list_for_feed(g.session)
    return Response(render_alone("blog/feeds/rss.xml", posts=latest), mimetype="application/rss+xml")


@bp.get("/sitemap.xml")
@cached(tags=["posts"])
async def sitemap() -> Response:
    addresses = await posts.list_addresses(g.session)
    return Response(render_alone("blog/feeds/sitemap.xml", posts=addresses), mimetype="application/xml")


@bp.get("/robots.txt")
async def robots() -> Response:
    closed = "".join(f"Disallow: {path}\n" for path in ("/admin/", "/account/", "/sign-in/", "/search/"))
    sitemap_url = host_url(current_settings(), "blog", "/sitemap.xml")
    return Response(f"User-agent: *\n{closed}Sitemap: {sitemap_url}\n", mimetype="text/plain")
