"""Signing in by a mail: a link, or six digits for the tab that asked.

Nothing that is stored is enough to sign in with.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.services import erasures, members, second_factors
from shared.browser.app.watch import watch
from shared.errors import Conflict, Invalid
from shared.events.bus import emit_event
from shared.events.payloads.blog import MagicLinkRequested, SignedIn
from shared.infrastructure.user_loader import doubt_visits, start_visit
from shared.models import EventDelivery, MagicLink, User
from shared.utils import hash_token, keyed_hash, random_token

LIFETIME = timedelta(minutes=10)
LATE = timedelta(minutes=2)
TRIES = 3
DIGITS = 6


@dataclass(frozen=True)
class Wish:
    """What somebody came for: where they go once they are in, and which newsletters they read from then on."""

    next_url: str = "/"
    newsletters: Sequence[int] = ()


class LinkWornOut(Conflict):
    message = "It has been used already, or is older than ten minutes. Ask for a new one."


class WrongBrowser(Conflict):
    message = "This link signs in only the browser that asked for it."


class WrongCode(Invalid):
    message = "This is not the code in the newest email. After three tries you need a new one."


async def request_link(session: AsyncSession, email: str, *, wish: Wish, browser: str, key: str) -> None:
    """Writes the link; the mail is a handler's work. Whether the address is anybody's makes no difference."""
    nonce = random_token(32)
    link = MagicLink(
        email=email,
        nonce=nonce,
        browser_hash=hash_token(browser),
        next_path=wish.next_url,
        newsletters=sorted(set(wish.newsletters)),
        expires_at=func.now() + LIFETIME,
    )
    link.token_hash = hash_token(secret_of(link, key=key))
    session.add(link)
    await session.flush()
    emit_event(session, MagicLinkRequested(link_id=link.id))


async def mails_are_late(session: AsyncSession) -> bool:
    """Does somebody's link, whoever's, wait for the mail server for two minutes, and may still be of use?"""
    since = EventDelivery.first_failed_at
    waits = exists().where(
        EventDelivery.handler == "blog.send_magic_link",
        EventDelivery.state == "retry",
        since.between(func.now() - LIFETIME, func.now() - LATE),
    )
    return bool(await session.scalar(select(waits)))


def secret_of(link: MagicLink, *, key: str) -> str:
    """What stands in the mail: 256 bits, made anew from the row and the site's key, and kept nowhere."""
    return keyed_hash(key, f"magic-link:{link.email}:{link.nonce}")


def key_of(link: MagicLink, keys: list[str]) -> str | None:
    """The site's key that this link was made with: a mail may still wait while the key is changed."""
    return next((key for key in keys if link.token_hash == hash_token(secret_of(link, key=key))), None)


def code_of(link: MagicLink, *, key: str) -> str:
    """The six digits in the same mail, made in the same way. 2^256 is so large that no digits are likelier."""
    number = int(keyed_hash(key, f"sign-in-code:{link.email}:{link.nonce}"), 16)
    return f"{number % 10**DIGITS:0{DIGITS}}"


async def find_open_link(session: AsyncSession, secret: str) -> MagicLink | None:
    query = select(MagicLink).where(MagicLink.token_hash == hash_token(secret), _may_be_tried())
    found: MagicLink | None = await session.scalar(query)
    return found


async def find_link_to_mail(session: AsyncSession, link_id: int) -> MagicLink | None:
    """None for a dead one: a mail server that was away for long must not bring a heap of them."""
    found: MagicLink | None = await session.scalar(select(MagicLink).where(MagicLink.id == link_id, _still_open()))
    return found


def asked_here(link: MagicLink, browser: str) -> bool:
    return hmac.compare_digest(link.browser_hash, hash_token(browser))


async def is_waiting(session: AsyncSession, browser: str) -> bool:
    """Whether this is the cookie of a browser that asked, and may still use its mail."""
    waiting = select(MagicLink.id).where(MagicLink.browser_hash == hash_token(browser), _may_be_tried())
    return bool(browser) and await session.scalar(waiting.limit(1)) is not None


async def use_link(session: AsyncSession, secret: str, *, browser: str) -> tuple[User, str]:
    """Signs this browser in: the member, and where they wanted to go.

    Raises LinkWornOut to all but the first, and WrongBrowser (using nothing up) where the link was not asked for.
    """
    link = await find_open_link(session, secret)
    if link is None:
        watch("sign-in failed", reason="LinkWornOut")
        raise LinkWornOut
    if not asked_here(link, browser):
        watch("sign-in failed", reason="WrongBrowser", email=link.email)
        raise WrongBrowser
    return await _sign_in(session, link.id)


async def take_try(session: AsyncSession, browser: str) -> Sequence[MagicLink]:
    """Counts a try of the code against every mail this browser waits for, before anything is compared.

    To be committed on its own, so that a refusal does not give the try back.
    """
    mine = update(MagicLink).where(MagicLink.browser_hash == hash_token(browser), _may_be_tried())
    counted = mine.values(tries=MagicLink.tries + 1).returning(MagicLink)
    return (await session.scalars(counted)).all()


async def use_code(
    session: AsyncSession, tried: Sequence[MagicLink], code: str, *, keys: list[str]
) -> tuple[User, str]:
    """Like use_link, for what take_try gave. Raises WrongCode, or LinkWornOut when another tab was faster."""
    for link in tried:
        if any(hmac.compare_digest(code_of(link, key=key), code) for key in keys):
            return await _sign_in(session, link.id)
    watch("sign-in failed", reason="WrongCode", email=tried[-1].email if tried else None)
    raise WrongCode(field="code")


async def _sign_in(session: AsyncSession, link_id: int) -> tuple[User, str]:
    claim = update(MagicLink).where(MagicLink.id == link_id, _still_open()).values(used_at=func.now())
    kept = claim.returning(MagicLink.email, MagicLink.next_path, MagicLink.newsletters)
    row = (await session.execute(kept)).one_or_none()
    if row is None:
        watch("sign-in failed", reason="LinkWornOut")
        raise LinkWornOut
    user = await members.welcome(session, row.email, newsletters=row.newsletters)
    # Else whoever reads the mail could put a second factor of their own in the place of the member's.
    proved = not await second_factors.has_any(session, user)
    await begin(session, user, proved=proved)
    return user, row.next_path


async def begin(session: AsyncSession, user: User, *, proved: bool = True, second_factor: bool = False) -> None:
    """This browser is the member's from here on, with all it had in its basket. An erasure is called off."""
    await erasures.call_off(session, user)
    visit = await start_visit(session, user, proved=proved, second_factor=second_factor)
    watch("signed in", member=user.id, second_factor=second_factor)
    emit_event(session, SignedIn(user_id=user.id, email=user.email, session_id=visit.public_id))


async def begin_with_new_factor(session: AsyncSession, user: User) -> None:
    """Like begin, for whoever has just added a passkey or an app. A browser that signed in by mail shows it, too."""
    await doubt_visits(session, user.id)
    await begin(session, user, second_factor=True)


async def forget_old_links(session: AsyncSession) -> None:
    await session.execute(delete(MagicLink).where(MagicLink.expires_at < func.now() - timedelta(days=1)))


def _still_open() -> ColumnElement[bool]:
    return and_(MagicLink.used_at.is_(None), MagicLink.expires_at > func.now())


def _may_be_tried() -> ColumnElement[bool]:
    """After three wrong codes the link in the same mail is dead too."""
    return and_(_still_open(), MagicLink.tries < TRIES)
