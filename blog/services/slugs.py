"""Addresses of posts and pages: one each, never one of the site's own, and the old ones lead to the new."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Post, SlugRedirect
from shared.errors import Conflict
from shared.utils import random_token, slugify

# First parts of addresses that are routes here, or files that browsers and robots ask for.
# fmt: off
RESERVED = frozenset({
    "account", "admin", "api", "author", "healthz", "internal", "media", "metrics", "newsletters", "posts", "rss",
    "search", "sign-in", "sign-out", "static", "tag", "webhooks",
})
# fmt: on


class SlugTaken(Conflict):
    message = "Another post or page has this address already: choose another one."


class SlugReserved(Conflict):
    message = "The site itself uses this address: choose another one."


async def free_slug(session: AsyncSession, text: str) -> str:
    """From a title; a number is put behind it until it is free."""
    wanted = slugify(text) or f"untitled-{random_token(4).lower()}"
    taken = set(await session.scalars(select(Post.slug).where(Post.slug.startswith(wanted, autoescape=True))))
    tries = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 3))
    return next(slug for slug in tries if slug not in taken | RESERVED)


async def move(session: AsyncSession, post: Post, slug: str) -> None:
    """To a new address; links to the old one are sent on. Raises SlugTaken or SlugReserved."""
    if slug in RESERVED:
        raise SlugReserved(field="slug")
    if await session.scalar(select(Post.id).where(Post.slug == slug, Post.id != post.id)):
        raise SlugTaken(field="slug")
    # An address that leads somewhere again is no redirect any more.
    await session.execute(delete(SlugRedirect).where(SlugRedirect.slug == slug))
    kept = insert(SlugRedirect).values(slug=post.slug, post_id=post.id)
    await session.execute(kept.on_conflict_do_update(index_elements=["slug"], set_={"post_id": post.id}))
    post.slug = slug
