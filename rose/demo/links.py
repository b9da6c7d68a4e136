"""After the rest: two posts end with something to buy or to go to, which has an address only now."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Post
from events.models import Entry
from market.models import Product
from rose.demo.blog import render_one
from rose.demo.texts import Text, list_posts
from shared.config import Settings
from shared.editor.koenig import Koenig
from shared.utils import host_url


async def load(session: AsyncSession, settings: Settings) -> None:
    koenig = Koenig()
    try:
        for text in list_posts():
            if text.shows and (link := await _find_link(session, settings, *text.shows)):
                await _end_with(session, koenig, text, link, settings)
    finally:
        await koenig.aclose()


async def _find_link(session: AsyncSession, settings: Settings, what: str, slug: str) -> str | None:
    if what == "products":
        product = await session.scalar(select(Product).where(Product.slug == slug))
        return f"[{product.title}]({host_url(settings, 'market', f'/products/{slug}/')})" if product else None
    entry = await session.scalar(select(Entry).where(Entry.slug == slug).order_by(Entry.starts_at).limit(1))
    return f"[{entry.title}]({host_url(settings, 'events', entry.path)})" if entry else None


async def _end_with(session: AsyncSession, koenig: Koenig, text: Text, link: str, settings: Settings) -> None:
    post = await session.scalar(select(Post).where(Post.slug == text.slug))
    if post is not None:
        body = await render_one(koenig, replace(text, source=f"{text.source}\n\n{link}"), settings)
        post.lexical, post.html, post.public_html = body.lexical, body.html, body.public_html
        post.plaintext, post.public_text = body.plaintext, body.public_text
