from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import PostTag, Tag
from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.db.session import let_go
from shared.errors import Conflict, NotFound
from shared.utils import slugify


class TagNotFound(NotFound):
    message = "There is no such subject."


class TagTaken(Conflict):
    message = "Another tag has this address already: choose another one."


async def get_by_slug(session: AsyncSession, slug: str) -> Tag:
    tag = await session.scalar(select(Tag).where(Tag.slug == slug, Tag.is_internal.is_(False)))
    if tag is None:
        raise TagNotFound
    return tag


async def get(session: AsyncSession, tag_id: int) -> Tag:
    tag = await session.get(Tag, tag_id)
    if tag is None:
        raise TagNotFound
    return tag


async def list_with_counts(session: AsyncSession) -> Sequence[Row[tuple[Tag, int]]]:
    count = select(func.count()).where(PostTag.tag_id == Tag.id).scalar_subquery()
    return (await session.execute(select(Tag, count).order_by(Tag.name))).all()


async def list_named(session: AsyncSession, names: Sequence[str]) -> list[Tag]:
    """The tags of these names, in this order; the ones that are new are made."""
    wanted = {slugify(name): name for name in names if slugify(name)}
    found = {tag.slug: tag for tag in await session.scalars(select(Tag).where(Tag.slug.in_(wanted)))}
    for slug, name in wanted.items():
        if slug not in found:
            found[slug] = Tag(name=name.removeprefix("#"), slug=slug, is_internal=name.startswith("#"))
            session.add(found[slug])
    await session.flush()
    return [found[slug] for slug in wanted]


async def save(session: AsyncSession, tag: Tag) -> Tag:
    """Raises TagTaken."""
    with session.no_autoflush:
        taken = await session.scalar(select(Tag.id).where(Tag.slug == tag.slug, Tag.id != (tag.id or 0)))
    if taken:
        let_go(session, tag)
        raise TagTaken(field="slug")
    session.add(tag)
    await session.flush()
    audit(session, "tag.saved", f"tag:{tag.id}")
    invalidate(session, "posts")
    return tag


async def remove(session: AsyncSession, tag: Tag) -> None:
    """From every post that has it; the posts stay."""
    await session.delete(tag)
    audit(session, "tag.removed", f"tag:{tag.id}")
    invalidate(session, "posts")
