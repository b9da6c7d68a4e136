"""Another address for a member: asked for by whoever is signed in, proven by a link to the new one."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import EmailChange
from blog.services import email_undos
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.events.bus import emit_event
from shared.events.payloads.accounts import EmailChangeRequested
from shared.models import User
from shared.utils import hash_token, keyed_hash, random_token

LIFETIME = timedelta(hours=1)


class NoSuchChange(NotFound):
    message = "This link has been used already, is older than an hour, or is somebody else’s. Ask for a new one."


class AddressTaken(Conflict):
    message = "There is another account with this address. Erase that one first, or write to us."


class Asked(NamedTuple):
    change: EmailChange
    before: str


async def request(session: AsyncSession, member: User, email: str, *, key: str) -> None:
    """Writes the wish; the mails are a handler's work. A new wish makes the link of the one before worthless."""
    await cancel(session, member)
    change = EmailChange(user_id=member.id, email=email, nonce=random_token(32), expires_at=func.now() + LIFETIME)
    change.token_hash = hash_token(secret_of(change, key=key))
    session.add(change)
    await session.flush()
    audit(session, "email.change_requested", f"user:{member.id}")
    emit_event(session, EmailChangeRequested(change_id=change.id))


async def cancel(session: AsyncSession, member: User) -> None:
    await session.execute(delete(EmailChange).where(EmailChange.user_id == member.id))


def secret_of(change: EmailChange, *, key: str) -> str:
    """What stands in the mail: made anew from the row and the site's key, and kept nowhere."""
    return keyed_hash(key, f"email-change:{change.user_id}:{change.email}:{change.nonce}")


async def find(session: AsyncSession, change_id: int) -> Asked | None:
    """With the address the member still has; None when it is over."""
    query = select(EmailChange, User.email).join(User, User.id == EmailChange.user_id)
    row = (await session.execute(query.where(EmailChange.id == change_id, _still_open()))).one_or_none()
    return Asked(row[0], row[1]) if row else None


async def find_waiting(session: AsyncSession, member: User) -> EmailChange | None:
    query = select(EmailChange).where(EmailChange.user_id == member.id, _still_open())
    found: EmailChange | None = await session.scalar(query)
    return found


async def get_open(session: AsyncSession, member: User, secret: str) -> EmailChange:
    """Raises NoSuchChange, also for another member's link."""
    mine = (EmailChange.user_id == member.id, EmailChange.token_hash == hash_token(secret))
    query = select(EmailChange).where(*mine, _still_open())
    found: EmailChange | None = await session.scalar(query)
    if found is None:
        raise NoSuchChange
    return found


async def confirm(session: AsyncSession, member_id: int, secret: str, *, key: str) -> User:
    """The link came back from the new address. Raises NoSuchChange and AddressTaken."""
    member = await session.get_one(User, member_id, with_for_update=True)
    change = await get_open(session, member, secret)
    if await session.scalar(select(exists().where(User.email == change.email, User.id != member.id))):
        raise AddressTaken
    await email_undos.offer(session, member, member.email, key=key)
    member.email = change.email
    await session.delete(change)
    audit(session, "email.changed", f"user:{member.id}")
    await session.flush()
    return member


def _still_open() -> ColumnElement[bool]:
    return EmailChange.expires_at > func.now()
