"""The demo's front door: who writes, what they wrote, and the pages that halls and markets hang on."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author, Post, Tag
from blog.services import grants, members, writing
from blog.services.rendering import Body, render
from blog.services.writing import Draft
from rose.demo.blog_texts import AUTHORS, MENU, NEWSLETTERS, TAG_WORDS, TAGS
from rose.demo.texts import Text, list_pages, list_posts
from shared.browser.app.redis_cacher import EVERYTHING, invalidate
from shared.config import Settings
from shared.editor.document import from_text_source
from shared.editor.koenig import Koenig
from shared.models import GhostNewsletter, KeyValue, MenuItem, Right, Role
from shared.utils import slugify, utcnow

Written = list[tuple[Text, Body]]


async def load(session: AsyncSession, settings: Settings) -> None:
    """Into an empty database. `demo.pages` tells the other apps' demos which page is which."""
    invalidate(session, EVERYTHING)
    written = await _render([*list_pages(), *list_posts()], settings)
    session.add_all(GhostNewsletter(**row) for row in NEWSLETTERS)
    await _save_menu(session)
    await _welcome_people(session)
    authors = await _save_authors(session)
    posts = [await _save(session, text, body, authors) for text, body in written]
    for tag in await session.scalars(select(Tag)):
        tag.description = TAG_WORDS.get(tag.name, "")
    pages = {post.slug: post.id for post in posts if post.kind == "page"}
    session.add(KeyValue(key="demo.pages", value=pages))
    await session.flush()


async def _render(texts: list[Text], settings: Settings) -> Written:
    koenig = Koenig()
    try:
        return [(text, await render_one(koenig, text, settings)) for text in texts]
    finally:
        await koenig.aclose()


async def render_one(koenig: Koenig, text: Text, settings: Settings) -> Body:
    lexical = from_text_source(text.source, text.cards)
    return await render(koenig, lexical, visibility=text.visibility, site_url=settings.apps.blog)


async def _save_menu(session: AsyncSession) -> None:
    for place, (label, url, below) in enumerate(MENU):
        top = MenuItem(label=label, url=url, position=place)
        session.add(top)
        await session.flush()
        children = [MenuItem(label=label, url=url, parent_id=top.id) for label, url in below]
        session.add_all(children)
    await session.flush()


async def _welcome_people(session: AsyncSession) -> None:
    admin = await members.welcome(session, "admin@roseash.example")
    admin.name = "Rowan Ash"
    await grants.give(session, admin, Right(Role.ADMINISTRATOR))
    ann = await members.welcome(session, "ann@roseash.example")
    ann.name = "Ann Archer"


async def _save_authors(session: AsyncSession) -> dict[str, int]:
    rows = [Author(name=name, slug=slugify(name), bio=bio) for name, bio in AUTHORS.items()]
    session.add_all(rows)
    await session.flush()
    return {row.name: row.id for row in rows}


async def _save(session: AsyncSession, text: Text, body: Body, authors: dict[str, int]) -> Post:
    draft = Draft(
        title=text.title,
        slug=text.slug,
        custom_excerpt=text.excerpt,
        feature_image=f"/static/images/scenes/{text.scene}.svg" if text.scene else None,
        feature_image_alt=text.alt,
        visibility=text.visibility,
        featured=text.featured,
        tags=[TAGS[tag] for tag in text.tags],
        authors=[authors[text.author]] if text.author else [],
    )
    post = await writing.create(session, text.kind, draft, body)
    if text.days_ago is not None:
        await writing.publish(session, post.id, at=utcnow() - timedelta(days=text.days_ago, hours=len(text.title) % 9))
    return post
