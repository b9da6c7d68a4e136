"""Forgetting a member. What was bought stays on the books, without a name; everything else goes."""

from datetime import timedelta

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author
from blog.services import grants
from shared.audit import audit
from shared.db.addresses import erasure_key, hash_address
from shared.db.base import Base
from shared.db.session import transaction
from shared.events import forgetting
from shared.events.bus import emit_event
from shared.events.payloads.accounts import ErasureCalledOff, ErasureFellDue, ErasureRequested, MemberErased
from shared.infrastructure.user_loader import end_visits
from shared.models import MagicLink, User
from shared.utils import utcnow

GRACE = timedelta(days=7)


async def request(session: AsyncSession, member: User) -> None:
    """Signed out everywhere now, forgotten in a week. Raises LastAdministrator.

    Asking again changes nothing of the day; there is no session left to ask from anyway.
    """
    if member.is_admin:
        await grants.refuse_the_last(session, member)
    member.erase_at = utcnow() + GRACE
    await end_visits(session, member.id)
    audit(session, "erasure.requested", f"user:{member.id}")
    emit_event(session, ErasureRequested(user_id=member.id))
    emit_event(session, ErasureFellDue(user_id=member.id), at=member.erase_at)


async def call_off(session: AsyncSession, member: User) -> None:
    """Whoever signs in stays. Does nothing for all who never asked."""
    asked = update(User).where(User.id == member.id, User.erase_at.is_not(None)).values(erase_at=None)
    if await session.scalar(asked.returning(User.id)) is None:
        return
    audit(session, "erasure.called_off", f"user:{member.id}")
    emit_event(session, ErasureCalledOff(user_id=member.id))


async def carry_out(session: AsyncSession, member_id: int, *, secret_key: str) -> None:
    """When the week is over, unless the member came back. The last administrator stays after all."""
    due = select(User).where(User.id == member_id, User.erased_at.is_(None), User.erase_at <= func.now())
    member = await session.scalar(due.with_for_update(of=User))
    if member is None:
        return
    try:
        await erase(session, member, secret_key=secret_key)
    except grants.LastAdministrator:
        await call_off(session, member)


async def erase(session: AsyncSession, member: User, *, secret_key: str) -> None:
    """Now, here; the other apps follow when they hear of it. Raises LastAdministrator.

    The row stays as an empty shell, so that its number never means somebody else.
    """
    if member.is_admin:
        await grants.refuse_the_last(session, member)
    address = hash_address(member.email, key=erasure_key(secret_key))
    emit_event(session, MemberErased(user_id=member.id, address=address))
    audit(session, "member.erased", f"user:{member.id}")
    await session.execute(delete(MagicLink).where(MagicLink.email == member.email))
    await session.execute(update(Author).where(Author.user_id == member.id).values(user_id=None))
    for table in list_belongings():
        await session.execute(table.delete().where(table.c.user_id == member.id))
    member.email, member.name, member.note = address_of_nobody(member), "", None
    member.ghost_id, member.last_seen_at, member.erase_at, member.erased_at = None, None, None, utcnow()
    await session.flush()
    await session.refresh(member, ["held"])


def address_of_nobody(member: User) -> str:
    return f"erased-{member.id}@erased.invalid"


async def forget_in_log(event: MemberErased, *, secret_key: str, instead: str) -> None:
    """In a transaction of its own, because it reads the whole log."""
    key = erasure_key(secret_key)
    async with transaction() as session:
        await forgetting.forget(session, user_id=event.user_id, address=event.address, key=key, instead=instead)


def list_belongings() -> list[Table]:
    """Every table of ours whose rows would go with the member's: sessions, subscriptions, roles, keys…"""
    ours = [mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(OWN)]
    return [
        table
        for table in ours
        if isinstance(table, Table)
        and "user_id" in table.c
        and any(key.column.table.name == "users" and key.ondelete == "CASCADE" for key in table.c.user_id.foreign_keys)
    ]


OWN = ("shared.", "blog.")
