"""Who holds which role, and who gave or took it."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import audit
from shared.errors import Conflict, Invalid
from shared.infrastructure.user_loader import doubt_visits, forget_old_visits
from shared.models import Grant, Right, Role, User
from shared.models.grant import SCOPED


class LastAdministrator(Conflict):
    message = "This is the only administrator: make somebody else one first."


class WholeSiteOnly(Invalid):
    message = "This role always holds for the whole site: only shopkeepers and stewards belong to one page."


async def give(session: AsyncSession, member: User, right: Right) -> None:
    """Raises WholeSiteOnly. A role that is held already changes nothing.

    A new one opens nothing before the member has proved anew who they are, in each browser.
    """
    if right.container and right.role not in SCOPED:
        raise WholeSiteOnly
    kind, place = right.container or (None, None)
    row = {"user_id": member.id, "role": right.role, "container_type": kind, "container_id": place}
    fresh = await session.scalar(insert(Grant).values(row).on_conflict_do_nothing().returning(Grant.id))
    if fresh is not None:
        await doubt_visits(session, member.id)
        audit(session, "role.granted", f"user:{member.id}", role=right.role, container=_named(right))
    await _reload(session, member)


async def take(session: AsyncSession, member: User, right: Right) -> None:
    """Raises LastAdministrator rather than lock everybody out."""
    if right.role is Role.ADMINISTRATOR:
        await refuse_the_last(session, member)
    await forget_old_visits(session, member.id)
    kind, place = right.container or (None, None)
    same = [Grant.container_type.is_not_distinct_from(kind), Grant.container_id.is_not_distinct_from(place)]
    gone = delete(Grant).where(Grant.user_id == member.id, Grant.role == right.role, *same).returning(Grant.id)
    if (await session.execute(gone)).all():
        await doubt_visits(session, member.id)
        audit(session, "role.revoked", f"user:{member.id}", role=right.role, container=_named(right))
    await _reload(session, member)


async def refuse_the_last(session: AsyncSession, member: User) -> None:
    """Two who resign at once wait for each other here, so that one of them stays."""
    query = select(Grant.user_id).where(Grant.role == Role.ADMINISTRATOR).order_by(Grant.id).with_for_update()
    if list(await session.scalars(query)) == [member.id]:
        raise LastAdministrator


async def list_staff(session: AsyncSession) -> Sequence[User]:
    query = select(User).where(User.id.in_(select(Grant.user_id))).order_by(User.email)
    return (await session.scalars(query)).all()


def _named(right: Right) -> str | None:
    return ":".join(map(str, right.container)) if right.container else None


async def _reload(session: AsyncSession, member: User) -> None:
    await session.flush()
    await session.refresh(member, ["held"])
