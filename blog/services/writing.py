"""Writing posts and pages. What is shown is made by services/rendering.py before; here it is only stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Post, PostAuthor, PostTag
from blog.services import authors, menu, slugs, tags
from blog.services.posts import PostNotFound
from blog.services.rendering import Body, excerpt_of
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.errors import Conflict
from shared.models import User
from shared.utils import utcnow


class ChangedMeanwhile(Conflict):
    message = (
        "Somebody else saved this text while you were writing. Nothing of yours is lost: it stands below. "
        "Save again to put it in place of theirs."
    )


@dataclass(frozen=True)
class Draft:
    """What a writer decides, besides the text."""

    title: str
    slug: str = ""
    custom_excerpt: str = ""
    feature_image: str | None = None
    feature_image_alt: str = ""
    feature_image_caption: str = ""
    visibility: str = "public"
    featured: bool = False
    seo_title: str = ""
    seo_description: str = ""
    tags: Sequence[str] = ()
    authors: Sequence[int] = ()


async def create(session: AsyncSession, kind: str, draft: Draft, body: Body, *, by: User | None = None) -> Post:
    """A draft: nobody sees it before `publish`. With no author named, it is by whoever wrote it."""
    if by and not draft.authors:
        draft = replace(draft, authors=[(await authors.author_for(session, by)).id])
    post = Post(kind=kind, slug=await slugs.free_slug(session, draft.slug or draft.title))
    _fill(post, draft, body)
    session.add(post)
    await session.flush()
    await _connect(session, post, draft)
    audit(session, f"{kind}.created", f"post:{post.id}")
    return post


async def update_text(session: AsyncSession, post_id: int, draft: Draft, body: Body, *, version: int) -> Post:
    """Raises ChangedMeanwhile when `version` is not the one that is stored."""
    post = await _locked(session, post_id)
    if post.version != version:
        raise ChangedMeanwhile
    if draft.slug and draft.slug != post.slug:
        await slugs.move(session, post, draft.slug)
        await menu.follow(session, post)
    _fill(post, draft, body)
    post.version += 1
    await _connect(session, post, draft)
    audit(session, f"{post.kind}.changed", f"post:{post.id}", status=post.status)
    invalidate(session, "posts")
    return post


async def publish(session: AsyncSession, post_id: int, *, at: datetime | None = None) -> Post:
    """Now, or at a moment to come. One that was out before keeps its date unless a new one is given."""
    post = await _locked(session, post_id)
    moment = at or post.published_at or utcnow()
    if at is None and moment > utcnow():
        moment = utcnow()
    post.published_at = moment
    post.status = "scheduled" if moment > utcnow() else "published"
    post.version += 1
    audit(session, f"{post.kind}.{post.status}", f"post:{post.id}")
    invalidate(session, "posts")
    return post


async def unpublish(session: AsyncSession, post_id: int) -> Post:
    """A draft again; the date stays for when it comes back."""
    post = await _locked(session, post_id)
    post.status = "draft"
    post.version += 1
    audit(session, f"{post.kind}.withdrawn", f"post:{post.id}")
    invalidate(session, "posts")
    return post


async def remove(session: AsyncSession, post_id: int) -> Post:
    post = await _locked(session, post_id)
    await session.delete(post)
    audit(session, f"{post.kind}.removed", f"post:{post.id}")
    invalidate(session, "posts")
    return post


async def publish_due(session: AsyncSession) -> list[str]:
    """Scheduled posts whose time has come. Readers see them by the clock; this drops the kept pages without them."""
    due = update(Post).where(Post.status == "scheduled", Post.published_at <= func.now()).values(status="published")
    found = list(await session.scalars(due.returning(Post.slug)))
    if found:
        invalidate(session, "posts")
    return found


async def connect_tags(session: AsyncSession, post: Post, tag_ids: Sequence[int]) -> None:
    """These, in this order, and no others."""
    await session.execute(delete(PostTag).where(PostTag.post_id == post.id))
    session.add_all(PostTag(post_id=post.id, tag_id=found, position=place) for place, found in enumerate(tag_ids))


async def connect_authors(session: AsyncSession, post: Post, author_ids: Sequence[int]) -> None:
    await session.execute(delete(PostAuthor).where(PostAuthor.post_id == post.id))
    rows = (PostAuthor(post_id=post.id, author_id=found, position=place) for place, found in enumerate(author_ids))
    session.add_all(rows)


async def _connect(session: AsyncSession, post: Post, draft: Draft) -> None:
    await connect_tags(session, post, [tag.id for tag in await tags.list_named(session, draft.tags)])
    await connect_authors(session, post, await authors.list_known(session, draft.authors))
    await session.flush()


async def _locked(session: AsyncSession, post_id: int) -> Post:
    post = await session.scalar(select(Post).where(Post.id == post_id).with_for_update())
    if post is None:
        raise PostNotFound
    return post


def _fill(post: Post, draft: Draft, body: Body) -> None:
    post.title = draft.title
    post.custom_excerpt = draft.custom_excerpt
    post.excerpt = draft.custom_excerpt or excerpt_of(body.public_text)
    post.feature_image = draft.feature_image
    post.feature_image_alt, post.feature_image_caption = draft.feature_image_alt, draft.feature_image_caption
    post.visibility, post.featured = draft.visibility, draft.featured
    post.seo_title, post.seo_description = draft.seo_title, draft.seo_description
    post.lexical, post.html, post.public_html = body.lexical, body.html, body.public_html
    post.plaintext, post.public_text = body.plaintext, body.public_text
    post.reading_minutes = body.reading_minutes
