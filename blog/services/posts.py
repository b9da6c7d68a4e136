"""What readers may see: out, and only the public part unless they are members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, load_only, selectinload, undefer, undefer_group
from sqlalchemy.sql.base import ExecutableOption

from blog.models import Author, Post, PostAuthor, PostTag, SlugRedirect, Tag
from shared.db.session import fetch_rows
from shared.errors import NotFound
from shared.models import User

PER_PAGE = 10
Card = Row[*tuple[Any, ...]]


class PostNotFound(NotFound):
    message = "The address may have a slip in it, or the page has moved or been taken back."


@dataclass(frozen=True)
class PostList:
    """One page of a list, newest first: rows of `_cards`, never entities."""

    posts: Sequence[Card]
    page: int
    pages: int
    total: int


def is_out() -> ColumnElement[bool]:
    return and_(Post.status != "draft", Post.published_at <= func.now())


async def get_visible(session: AsyncSession, slug: str) -> Post:
    """With its whole text: `text_for` says what a reader gets of it. Raises PostNotFound."""
    query = select(Post).where(Post.slug == slug, is_out()).options(*_whole())
    if post := (await session.scalars(query)).unique().one_or_none():
        return post
    raise PostNotFound


def text_for(post: Post, reader: User | None) -> str:
    """Members read everything; everybody else what stands before the gate, or in no gated block."""
    return post.html if reader else post.public_html


def is_cut_for(post: Post, reader: User | None) -> bool:
    return text_for(post, reader) != post.html


async def find_new_slug(session: AsyncSession, old_slug: str) -> str | None:
    query = select(Post.slug).join(SlugRedirect, SlugRedirect.post_id == Post.id)
    return await session.scalar(query.where(SlugRedirect.slug == old_slug, is_out()))


async def list_latest(session: AsyncSession, *, limit: int) -> Sequence[Card]:
    return await fetch_rows(session, _cards().order_by(None).order_by(*FEATURED_FIRST).limit(limit))


async def list_page(session: AsyncSession, page: int) -> PostList:
    return await _paged(session, _cards(), page)


async def list_by_tag(session: AsyncSession, tag: Tag, page: int) -> PostList:
    query = _cards().join(PostTag, PostTag.post_id == Post.id).where(PostTag.tag_id == tag.id)
    return await _paged(session, query, page)


async def list_by_author(session: AsyncSession, author: Author, page: int) -> PostList:
    query = _cards().join(PostAuthor, PostAuthor.post_id == Post.id).where(PostAuthor.author_id == author.id)
    return await _paged(session, query, page)


async def list_for_feed(
    session: AsyncSession, *, tag: Tag | None = None, author: Author | None = None, limit: int = 20
) -> Sequence[Post]:
    """With the public part of each text, whoever asks: a feed does not know its readers."""
    query = _latest().options(undefer(Post.public_html), selectinload(Post.authors), selectinload(Post.tags))
    if tag is not None:
        query = query.join(PostTag, PostTag.post_id == Post.id).where(PostTag.tag_id == tag.id)
    if author is not None:
        query = query.join(PostAuthor, PostAuthor.post_id == Post.id).where(PostAuthor.author_id == author.id)
    return (await session.scalars(query.limit(limit))).all()


async def list_addresses(session: AsyncSession) -> Sequence[Post]:
    """Everything that is out, for the site map (50,000 addresses is the most that one may hold)."""
    query = select(Post).options(load_only(Post.slug, Post.changed_at)).where(is_out())
    return (await session.scalars(query.order_by(Post.published_at.desc()).limit(49_000))).all()


async def list_shelves(session: AsyncSession) -> list[tuple[str, datetime]]:
    """The paths of all subjects and authors that something is out of, and when that last changed."""
    newest, out = func.max(Post.changed_at), (Post.kind == "post", is_out())
    subjects = select(func.concat("/tag/", Tag.slug, "/"), newest).join(PostTag, PostTag.tag_id == Tag.id)
    people = select(func.concat("/author/", Author.slug, "/"), newest).join(
        PostAuthor, PostAuthor.author_id == Author.id
    )
    query = union_all(
        subjects.join(Post, Post.id == PostTag.post_id).where(~Tag.is_internal, *out).group_by(Tag.slug),
        people.join(Post, Post.id == PostAuthor.post_id).where(*out).group_by(Author.slug),
    )
    return [(path, changed_at) for path, changed_at in await session.execute(query)]


async def list_more(session: AsyncSession, post: Post, *, limit: int = 3) -> Sequence[Card]:
    """What to read next: those that share most subjects, and among them the newest; the newest first."""
    shared = select(func.count()).select_from(PostTag).where(PostTag.post_id == Post.id)
    alike = shared.where(PostTag.tag_id.in_([tag.id for tag in post.tags])).scalar_subquery()
    query = _cards().order_by(None).where(Post.id != post.id).order_by(alike.desc(), Post.published_at.desc())
    found = await fetch_rows(session, query.limit(limit))
    return sorted(found, key=lambda row: row.published_at, reverse=True)


FEATURED_FIRST = (Post.featured.desc(), Post.published_at.desc(), Post.id.desc())


def _latest() -> Select[Post]:
    return select(Post).where(Post.kind == "post", is_out()).order_by(Post.published_at.desc(), Post.id.desc())


@cache
def _cards() -> Select[*tuple[Any, ...]]:
    """What a list shows of a post. `tag` is the name of its first subject that readers see."""
    subjects = select(Tag.name).join(PostTag, PostTag.tag_id == Tag.id).where(~Tag.is_internal)
    first = subjects.where(PostTag.post_id == Post.id).order_by(PostTag.position).limit(1).correlate(Post)
    shown = Post.title, Post.slug, Post.excerpt, Post.published_at, Post.feature_image, Post.feature_image_alt
    return _latest().with_only_columns(*shown, first.scalar_subquery().label("tag"))


def _whole() -> tuple[ExecutableOption, ...]:
    return undefer_group("body"), joinedload(Post.authors), selectinload(Post.tags)


async def _paged(session: AsyncSession, query: Select[*tuple[Any, ...]], page: int) -> PostList:
    if page < 1:
        raise PostNotFound
    counted = query.add_columns(func.count().over().label("total"))
    rows = await fetch_rows(session, counted.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    if not rows and page > 1:
        raise PostNotFound
    total = rows[0].total if rows else 0
    return PostList(rows, page, max(1, -(-total // PER_PAGE)), total)


async def list_pages_named(session: AsyncSession, ids: Sequence[int] | None = None) -> Sequence[Post]:
    """Pages, as the containers that other apps hang things on; all of them, drafts too, when no ids are given."""
    query = select(Post).options(load_only(Post.id, Post.title, Post.slug, Post.status)).where(Post.kind == "page")
    if ids is not None:
        query = query.where(Post.id.in_(ids))
    return (await session.scalars(query.order_by(Post.title).limit(500))).all()


async def get_page_named(session: AsyncSession, page_id: int) -> Post:
    """Raises PostNotFound."""
    found = await list_pages_named(session, [page_id])
    if not found:
        raise PostNotFound
    return found[0]


def matches_status(status: str) -> ColumnElement[bool]:
    """What the writers' list means by draft, scheduled and published."""
    if status == "published":
        return is_out()
    if status == "scheduled":
        return and_(Post.status != "draft", or_(Post.published_at > func.now()))
    return Post.status == "draft"
