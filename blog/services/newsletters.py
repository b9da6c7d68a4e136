from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import audit
from shared.browser.app.redis_cacher import invalidate
from shared.db.session import let_go
from shared.errors import Conflict, Invalid, NotFound
from shared.models import GhostNewsletter, UserNewsletter


class NewsletterNotFound(NotFound):
    message = "There is no such newsletter."


class NewsletterTaken(Conflict):
    message = "Another newsletter has this address already: choose another one."


class NotOffered(Invalid):
    message = "One of these newsletters is no longer offered. Please choose again."


async def list_active(session: AsyncSession) -> Sequence[GhostNewsletter]:
    """What members can choose from."""
    query = select(GhostNewsletter).where(GhostNewsletter.is_active.is_(True))
    return (await session.scalars(query.order_by(GhostNewsletter.sort_order, GhostNewsletter.name))).all()


async def check_choice(session: AsyncSession, newsletter_ids: Sequence[int]) -> None:
    """Raises NotOffered when one of them cannot be chosen."""
    if not {letter.id for letter in await list_active(session)}.issuperset(newsletter_ids):
        raise NotOffered


async def list_names(session: AsyncSession, newsletter_ids: Sequence[int]) -> list[str]:
    """Of those among them that are still offered."""
    offered = await list_active(session) if newsletter_ids else []
    return [letter.name for letter in offered if letter.id in newsletter_ids]


async def list_with_counts(session: AsyncSession) -> Sequence[Row[tuple[GhostNewsletter, int]]]:
    readers = select(func.count()).where(UserNewsletter.newsletter_id == GhostNewsletter.id).scalar_subquery()
    query = select(GhostNewsletter, readers).order_by(GhostNewsletter.sort_order, GhostNewsletter.name)
    return (await session.execute(query)).all()


async def get(session: AsyncSession, newsletter_id: int) -> GhostNewsletter:
    newsletter = await session.get(GhostNewsletter, newsletter_id)
    if newsletter is None:
        raise NewsletterNotFound
    return newsletter


async def save(session: AsyncSession, newsletter: GhostNewsletter) -> GhostNewsletter:
    """Raises NewsletterTaken."""
    with session.no_autoflush:
        others = select(GhostNewsletter.id).where(GhostNewsletter.id != (newsletter.id or 0))
        taken = await session.scalar(others.where(GhostNewsletter.slug == newsletter.slug))
    if taken:
        let_go(session, newsletter)
        raise NewsletterTaken(field="slug")
    session.add(newsletter)
    await session.flush()
    invalidate(session, "newsletters")
    audit(session, "newsletter.saved", f"newsletter:{newsletter.id}")
    return newsletter


async def remove(session: AsyncSession, newsletter: GhostNewsletter) -> None:
    await session.delete(newsletter)
    invalidate(session, "newsletters")
    audit(session, "newsletter.removed", f"newsletter:{newsletter.id}")
