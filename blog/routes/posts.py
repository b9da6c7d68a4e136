import asyncio
from typing import Any

from quart import Blueprint, Response, g, redirect, request

from blog.models import Post
from blog.services import cards, mentions, posts
from blog.services.cards import Cards
from blog.services.structured import post_json_ld
from shared.browser.app.redis_cacher import cached, for_strangers_only, tag
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("posts", __name__)

NO_CARDS = Cards([], [], complete=True)


@bp.get("/posts/")
@cached(tags=["posts"], query=["page"])
async def index() -> Response:
    found = await posts.list_page(g.session, request.args.get("page", 1, type=small_number))
    return await page("blog/posts/index.html", found=found)


@bp.get("/<slug>/")
@cached(tags=["posts"])
async def show(slug: str) -> Response:
    try:
        post = await posts.get_visible(g.session, slug)
    except posts.PostNotFound:
        return await _moved(slug)
    tag(f"post:{post.id}")
    more = await posts.list_more(g.session, post) if post.kind == "post" else []
    text, found = await asyncio.gather(mentions.with_cards(_text(post), current_settings()), _cards(post))
    response = await show_post(post, text=text, cards=found, more=more)
    if not (text.complete and found.complete):
        response.cache_control.no_store = True
    return response


def _text(post: Post) -> str:
    return posts.text_for(post, g.user)


async def _cards(post: Post) -> Cards:
    return NO_CARDS if post.kind == "post" else await cards.of_page(post.id)


async def show_post(post: Post, **context: Any) -> Response:
    cut = posts.is_cut_for(post, g.user)
    if cut:
        for_strangers_only()
    template = "blog/posts/show.html" if post.kind == "post" else "blog/pages/show.html"
    structured = post_json_ld(post, current_settings())
    return await page(template, post=post, structured=structured, cut=cut, **context)


async def _moved(slug: str) -> Response:
    new = await posts.find_new_slug(g.session, slug)
    if new is None:
        raise posts.PostNotFound
    response = redirect(f"/{new}/", 301)
    assert isinstance(response, Response)  # noqa: S101  Quart's redirect is typed for Werkzeug's
    return response
