"""The writers' desk: everything there is, out or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload, undefer_group

from blog.models import Post
from blog.services.posts import PostNotFound, matches_status
from shared.models import User

PER_PAGE = 30
RECENT = 8


@dataclass(frozen=True)
class WritingList:
    posts: Sequence[Post]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Counts:
    posts: int
    pages: int
    drafts: int
    members: int


async def get_for_edit(session: AsyncSession, post_id: int, kind: str) -> Post:
    query = select(Post).where(Post.id == post_id, Post.kind == kind)
    options = undefer_group("body"), selectinload(Post.tags), joinedload(Post.authors)
    if post := (await session.scalars(query.options(*options))).unique().one_or_none():
        return post
    raise PostNotFound


async def list_page(session: AsyncSession, kind: str, *, status: str = "", page: int = 1) -> WritingList:
    query = select(Post, func.count().over()).where(Post.kind == kind)
    if status:
        query = query.where(matches_status(status))
    ordered = query.order_by(Post.published_at.desc().nulls_first(), Post.id.desc())
    rows = (await session.execute(ordered.limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE))).all()
    total = rows[0][1] if rows else 0
    return WritingList([row[0] for row in rows], page, max(1, -(-total // PER_PAGE)), total)


async def list_recent(session: AsyncSession) -> Sequence[Post]:
    return (await session.scalars(select(Post).order_by(Post.changed_at.desc()).limit(RECENT))).all()


async def count_all(session: AsyncSession) -> Counts:
    members = select(func.count()).where(User.erased_at.is_(None)).scalar_subquery()
    kinds = [func.count().filter(Post.kind == kind) for kind in ("post", "page")]
    query = select(*kinds, func.count().filter(Post.status == "draft"), members)
    found = (await session.execute(query)).one()
    return Counts(posts=found[0], pages=found[1], drafts=found[2], members=found[3])
