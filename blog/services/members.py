"""Everybody with an account: who comes for the first time, who reads which newsletter, who runs the place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import audit
from shared.errors import NotFound
from shared.infrastructure.user_loader import end_visits
from shared.models import GhostNewsletter, Grant, User, UserNewsletter
from shared.utils import utcnow

PER_PAGE = 50


class MemberNotFound(NotFound):
    message = "There is no member with this address."


@dataclass(frozen=True)
class MemberList:
    members: Sequence[User]
    page: int
    pages: int
    total: int


async def welcome(session: AsyncSession, email: str, *, newsletters: Sequence[int] = ()) -> User:
    """The member with this (proven, lower-case) address.

    They read `newsletters` from now on, too; a new one who chose none reads those meant for newcomers.
    """
    fresh = insert(User).values(email=email, last_seen_at=utcnow()).on_conflict_do_nothing().returning(User.id)
    is_new = await session.scalar(fresh) is not None
    user = (await session.scalars(select(User).where(User.email == email))).one()
    user.last_seen_at = utcnow()
    if newsletters:
        await subscribe_also(session, user, newsletters)
    elif is_new:
        chosen = select(GhostNewsletter.id).where(
            GhostNewsletter.is_active.is_(True), GhostNewsletter.subscribe_on_signup.is_(True)
        )
        await subscribe(session, user, list(await session.scalars(chosen)))
    return user


async def get(session: AsyncSession, member_id: int) -> User:
    """Raises MemberNotFound, also for one who was erased."""
    member = await session.get(User, member_id)
    if member is None or member.erased_at is not None:
        raise MemberNotFound
    return member


async def get_by_email(session: AsyncSession, email: str) -> User:
    member = await session.scalar(select(User).where(User.email == email, User.erased_at.is_(None)))
    if member is None:
        raise MemberNotFound
    return member


async def list_page(session: AsyncSession, *, words: str = "", page: int = 1) -> MemberList:
    query = select(User, func.count().over()).where(User.erased_at.is_(None))
    if words:
        like = f"%{words.lower()}%"
        query = query.where(or_(User.email.like(like), func.lower(User.name).like(like)))
    staff = User.id.in_(select(Grant.user_id))
    ordered = query.order_by(staff.desc(), User.created_at.desc(), User.id.desc())
    rows = (await session.execute(ordered.limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE))).all()
    total = rows[0][1] if rows else 0
    return MemberList([row[0] for row in rows], page, max(1, -(-total // PER_PAGE)), total)


async def list_subscriptions(session: AsyncSession, member: User) -> set[int]:
    query = select(UserNewsletter.newsletter_id).where(UserNewsletter.user_id == member.id)
    return set(await session.scalars(query))


async def subscribe(session: AsyncSession, member: User, newsletter_ids: Sequence[int]) -> None:
    """These newsletters and no others. Ids that are no newsletter's are left out."""
    known = set(await session.scalars(select(GhostNewsletter.id).where(GhostNewsletter.id.in_(newsletter_ids))))
    others = UserNewsletter.newsletter_id.not_in(known)
    await session.execute(delete(UserNewsletter).where(UserNewsletter.user_id == member.id, others))
    if known:
        rows = [{"user_id": member.id, "newsletter_id": chosen} for chosen in sorted(known)]
        await session.execute(insert(UserNewsletter).values(rows).on_conflict_do_nothing())


async def subscribe_also(session: AsyncSession, member: User, newsletter_ids: Sequence[int]) -> None:
    """These newsletters, beside those they read already. What is not offered is left out."""
    offered = select(literal(member.id), GhostNewsletter.id).where(
        GhostNewsletter.id.in_(newsletter_ids), GhostNewsletter.is_active.is_(True)
    )
    rows = insert(UserNewsletter).from_select(["user_id", "newsletter_id"], offered)
    await session.execute(rows.on_conflict_do_nothing())


async def rename(session: AsyncSession, member_id: int, name: str) -> User:
    member = await get(session, member_id)
    member.name = name
    return member


@dataclass(frozen=True)
class About:
    """What an administrator writes about a member."""

    name: str = ""
    note: str | None = None
    newsletters: Sequence[int] = ()


async def change(session: AsyncSession, member: User, about: About) -> None:
    member.name, member.note = about.name, about.note
    await subscribe(session, member, about.newsletters)
    audit(session, "member.changed", f"user:{member.id}")


async def invite(session: AsyncSession, email: str, name: str) -> User:
    """An account made by an administrator: signing in is still by a link to the address."""
    member = await welcome(session, email)
    member.name = name or member.name
    audit(session, "member.created", f"user:{member.id}")
    return member


async def sign_out_everywhere(session: AsyncSession, member: User) -> None:
    await end_visits(session, member.id)
    audit(session, "member.signed_out", f"user:{member.id}")
