"""What machines read: the feeds of the journal, of a subject and of an author, and the maps of the site."""

from collections.abc import Sequence

from quart import Blueprint, Response, g

from blog.models import Post
from blog.services import authors, posts, tags
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.templates import render_alone
from shared.infrastructure.found.sitemaps import Place, answer_index, answer_map
from shared.infrastructure.urls import coop_url

bp = Blueprint("feeds", __name__)


@bp.get("/rss/")
@cached(tags=["posts"])
async def rss() -> Response:
    return _feed(await posts.list_for_feed(g.session))


@bp.get("/tag/<slug>/rss/")
@cached(tags=["posts"])
async def tag_rss(slug: str) -> Response:
    tag = await tags.get_by_slug(g.session, slug)
    return _feed(await posts.list_for_feed(g.session, tag=tag), tag.name, f"/tag/{slug}/")


@bp.get("/author/<slug>/rss/")
@cached(tags=["posts"])
async def author_rss(slug: str) -> Response:
    author = await authors.get_by_slug(g.session, slug)
    return _feed(await posts.list_for_feed(g.session, author=author), author.name, f"/author/{slug}/")


@bp.get("/sitemap.xml")
@cached(tags=["posts"])
async def sitemap_index() -> Response:
    return answer_index()


@bp.get("/sitemap-posts.xml")
@cached(tags=["posts"])
async def sitemap() -> Response:
    found = await posts.list_addresses(g.session)
    newest = max((post.changed_at for post in found), default=None)
    places = [Place(coop_url("/"), newest), Place(coop_url("/posts/"), newest)]
    places += [Place(coop_url(f"/{post.slug}/"), post.changed_at) for post in found]
    places += [Place(coop_url(path), changed_at) for path, changed_at in await posts.list_shelves(g.session)]
    return answer_map(places)


def _feed(found: Sequence[Post], about: str = "", path: str = "/") -> Response:
    text = render_alone("blog/feeds/rss.xml", posts=found, about=about, path=path)
    return Response(text, mimetype="application/rss+xml")
