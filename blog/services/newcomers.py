"""An account at an address whose owner may still take it back: it gives way as long as it holds nothing."""

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author
from blog.services import erasures, exports, second_factors
from shared.models import Grant, User


async def find(session: AsyncSession, address: str, *, owner_id: int) -> User | None:
    """Whoever has the address now, unless it is its owner's again already."""
    found: User | None = await session.scalar(select(User).where(User.email == address, User.id != owner_id))
    return found


async def has_nothing_elsewhere(newcomer_id: int) -> bool:
    """Asks the other apps, so before the request's transaction. Raises Unavailable when one does not answer."""
    return not await exports.holds_elsewhere(newcomer_id)


async def has_nothing_here(session: AsyncSession, newcomer: User, *, since: datetime) -> bool:
    """Made since then, with no role, no second factor, no posts, and nothing that somebody wrote about it.

    Newsletters for newcomers and browsers that are signed in come by themselves.
    """
    if newcomer.created_at < since or newcomer.note or newcomer.ghost_id:
        return False
    writes = exists().where(Author.user_id == newcomer.id)
    works = exists().where(Grant.user_id == newcomer.id)
    return not await session.scalar(select(or_(writes, works, second_factors.exist_for(newcomer.id))))


async def put_aside(session: AsyncSession, newcomer: User, *, secret_key: str) -> None:
    """Its address first: what guests bought with it is the owner's again, and must not be forgotten with the rest."""
    newcomer.email = erasures.address_of_nobody(newcomer)
    await session.flush()
    await erasures.erase(session, newcomer, secret_key=secret_key)
