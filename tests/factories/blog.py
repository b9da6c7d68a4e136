"""Posts and pages as readers find them, without a Node process: the HTML is given, not rendered."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author, Post, PostAuthor, PostTag, Tag
from shared.editor.tree import dump, element, root, text
from shared.utils import slugify, utcnow


def lexical(*paragraphs: str) -> str:
    return dump(root([element("paragraph", [text(words)]) for words in paragraphs]))


def lexical_with_wall(public: str, gated: str) -> str:
    wall = {"type": "paywall", "version": 1}
    return dump(root([element("paragraph", [text(public)]), wall, element("paragraph", [text(gated)])]))


async def a_post(session: AsyncSession, title: str = "Leeks in the snow", **changes: Any) -> Post:
    """Public and out since yesterday, unless told otherwise. `words` is its text, `gated` what follows the gate."""
    words, gated = changes.pop("words", "We dug them out with a spade."), changes.pop("gated", "")
    values: dict[str, Any] = {
        "title": title,
        "slug": slugify(title),
        "status": "published",
        "visibility": "members" if gated else "public",
        "published_at": utcnow() - timedelta(days=1),
        "excerpt": words,
        "lexical": lexical_with_wall(words, gated) if gated else lexical(words),
        "html": f"<p>{words}</p>" + (f"<p>{gated}</p>" if gated else ""),
        "public_html": f"<p>{words}</p>",
        "plaintext": f"{words}\n\n{gated}".strip(),
        "public_text": words,
    }
    post = Post(**(values | changes))
    session.add(post)
    await session.flush()
    return post


async def a_page(session: AsyncSession, title: str = "The Old Dairy", **changes: Any) -> Post:
    return await a_post(session, title, kind="page", **changes)


async def a_tag(session: AsyncSession, name: str = "Growing", *posts: Post, **changes: Any) -> Tag:
    tag = Tag(**({"name": name, "slug": slugify(name)} | changes))
    session.add(tag)
    await session.flush()
    session.add_all(PostTag(post_id=post.id, tag_id=tag.id) for post in posts)
    await session.flush()
    return tag


async def an_author(session: AsyncSession, name: str = "Rowan Ash", *posts: Post) -> Author:
    author = Author(name=name, slug=slugify(name))
    session.add(author)
    await session.flush()
    session.add_all(PostAuthor(post_id=post.id, author_id=author.id) for post in posts)
    await session.flush()
    return author


def in_days(days: float) -> datetime:
    return utcnow() + timedelta(days=days)
