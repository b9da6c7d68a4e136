"""The way back from another address, mailed to the one before: for whoever did not change it themselves."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import EmailChange, EmailUndo
from blog.services import erasures, newcomers, second_factors
from shared.audit import audit
from shared.config import Settings
from shared.db.session import get_session
from shared.errors import Conflict, NotFound
from shared.events.bus import emit_event
from shared.events.payloads.accounts import EmailChanged
from shared.infrastructure.user_loader import end_visits
from shared.models import User
from shared.utils import hash_token, keyed_hash, random_token

LIFETIME = timedelta(days=7)


class NoSuchUndo(NotFound):
    message = "This link has been used already, or is older than a week. Write to us if something is not right."


class AddressTakenAgain(Conflict):
    message = (
        "There is another account with this address meanwhile, and not an empty one. Write to {}: we put it right."
    )


async def offer(session: AsyncSession, member: User, before: str, *, key: str) -> None:
    """Writes the way back; the mail is a handler's work."""
    undo = EmailUndo(user_id=member.id, email=before, nonce=random_token(32), expires_at=func.now() + LIFETIME)
    undo.token_hash = hash_token(secret_of(undo, key=key))
    session.add(undo)
    await session.flush()
    emit_event(session, EmailChanged(undo_id=undo.id))


def secret_of(undo: EmailUndo, *, key: str) -> str:
    """What stands in the mail: made anew from the row and the site's key, and kept nowhere."""
    return keyed_hash(key, f"email-undo:{undo.user_id}:{undo.email}:{undo.nonce}")


async def find(session: AsyncSession, undo_id: int) -> EmailUndo | None:
    """None when it is over."""
    found: EmailUndo | None = await session.scalar(select(EmailUndo).where(EmailUndo.id == undo_id, _still_open()))
    return found


async def list_addresses(session: AsyncSession, member_id: int) -> Sequence[str]:
    """Those from before that still have a way back: perhaps it was not the owner who changed them."""
    query = select(EmailUndo.email).where(EmailUndo.user_id == member_id, _still_open())
    return (await session.scalars(query.order_by(EmailUndo.id))).all()


async def get_open(session: AsyncSession, secret: str) -> EmailUndo:
    query = select(EmailUndo).where(EmailUndo.token_hash == hash_token(secret), _still_open())
    found: EmailUndo | None = await session.scalar(query)
    if found is None:
        raise NoSuchUndo
    return found


async def find_who_gives_way(secret: str) -> int | None:
    """Of an account that was made at the address since, and holds nothing in any app. `use` has the last word.

    Asks the other apps, so before the request's transaction.
    """
    async with get_session(read_only=True) as session:
        undo = await get_open(session, secret)
        found = await newcomers.find(session, undo.email, owner_id=undo.user_id)
    return found.id if found and await newcomers.has_nothing_elsewhere(found.id) else None


async def use(session: AsyncSession, secret: str, *, gives_way: int | None, settings: Settings) -> None:
    """The address before is the member's again, and every browser is signed out. Raises AddressTakenAgain.

    What was changed, asked for or set up after it is worth nothing any more: whoever did it does not come in by it.
    """
    undo = await get_open(session, secret)
    member = await session.get_one(User, undo.user_id, with_for_update=True)
    if newcomer := await newcomers.find(session, undo.email, owner_id=member.id):
        if newcomer.id != gives_way or not await newcomers.has_nothing_here(session, newcomer, since=undo.created_at):
            raise AddressTakenAgain(AddressTakenAgain.message.format(settings.site.email))
        await newcomers.put_aside(session, newcomer, secret_key=settings.secret_key)
    member.email = undo.email
    await second_factors.remove_since(session, member, undo.created_at)
    await erasures.call_off(session, member)
    await end_visits(session, member.id)
    await session.execute(delete(EmailChange).where(EmailChange.user_id == member.id))
    await session.execute(delete(EmailUndo).where(EmailUndo.user_id == member.id, EmailUndo.id >= undo.id))
    audit(session, "email.change_undone", f"user:{member.id}")


async def forget_old(session: AsyncSession) -> None:
    """Addresses that nobody needs any more, of changes that were made and of those that were not."""
    for table in (EmailChange, EmailUndo):
        await session.execute(delete(table).where(table.expires_at < func.now()))


def _still_open() -> ColumnElement[bool]:
    return EmailUndo.expires_at > func.now()
