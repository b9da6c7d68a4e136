"""Signing in by a link in a mail. Nothing that is stored is enough to sign in with."""

import hashlib
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.services import members
from shared.errors import Conflict
from shared.events.bus import emit_event
from shared.events.payloads.blog import MagicLinkRequested, SignedIn
from shared.infrastructure.user_loader import start_visit
from shared.models import MagicLink, User
from shared.utils import keyed_hash, random_token, utcnow

LIFETIME = timedelta(minutes=10)
LINKS_AN_HOUR = 5
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('magic_links ' || :email, 0))")


class LinkWornOut(Conflict):
    message = "This link has been used already, or is older than ten minutes. Ask for a new one below."


async def request_link(session: AsyncSession, email: str, *, next_url: str, key: str) -> None:
    """Writes the link; the mail is a handler's work. Says nothing, and takes as long, when there were too many."""
    await session.execute(ONE_AT_A_TIME, {"email": email})
    an_hour_ago = utcnow() - timedelta(hours=1)
    recent = select(func.count()).where(MagicLink.email == email, MagicLink.created_at > an_hour_ago)
    if (await session.scalar(recent) or 0) >= LINKS_AN_HOUR:
        return
    nonce = random_token(32)
    link = MagicLink(email=email, nonce=nonce, next_path=next_url, expires_at=utcnow() + LIFETIME)
    link.token_hash = _hash(secret_of(link, key=key))
    session.add(link)
    await session.flush()
    emit_event(session, MagicLinkRequested(link_id=link.id))


def secret_of(link: MagicLink, *, key: str) -> str:
    """What stands in the mail: 256 bits, made anew from the row and the site's key, and kept nowhere."""
    return keyed_hash(key, f"magic-link:{link.email}:{link.nonce}")


async def find_open_link(session: AsyncSession, secret: str) -> MagicLink | None:
    query = select(MagicLink).where(MagicLink.token_hash == _hash(secret), _still_open())
    found: MagicLink | None = await session.scalar(query)
    return found


async def get_link(session: AsyncSession, link_id: int) -> MagicLink | None:
    return await session.get(MagicLink, link_id)


async def use_link(session: AsyncSession, secret: str) -> tuple[User, str]:
    """Signs this browser in: the member, and where they wanted to go. Raises LinkWornOut to all but the first."""
    claim = update(MagicLink).where(MagicLink.token_hash == _hash(secret), _still_open()).values(used_at=func.now())
    row = (await session.execute(claim.returning(MagicLink.email, MagicLink.next_path))).one_or_none()
    if row is None:
        raise LinkWornOut
    user = await members.welcome(session, row.email)
    visit = await start_visit(session, user)
    emit_event(session, SignedIn(user_id=user.id, email=user.email, session_id=visit.public_id))
    return user, row.next_path


async def forget_old_links(session: AsyncSession) -> None:
    await session.execute(delete(MagicLink).where(MagicLink.expires_at < utcnow() - timedelta(days=1)))


def _still_open() -> ColumnElement[bool]:
    return and_(MagicLink.used_at.is_(None), MagicLink.expires_at > func.now())


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
