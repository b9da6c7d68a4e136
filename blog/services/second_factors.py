"""What passkeys and authenticator apps have in common: whether a member has any, and who hears that they change."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Authenticator, Passkey, RecoveryCode
from shared.audit import audit
from shared.errors import Invalid
from shared.events.bus import emit_event
from shared.events.payloads.accounts import SecondFactorChanged
from shared.models import User
from shared.utils import random_token

Change = Literal[
    "passkey_added", "passkey_removed", "app_added", "app_removed", "codes_made", "newer_removed", "all_removed"
]


class WrongDigits(Invalid):
    message = "These digits are not right, or were used already. Wait for the next ones in your app, and type those."


def exist_for(user_id: int) -> ColumnElement[bool]:
    """The SQL condition for "has a passkey, or an app in force". Recovery codes stand in for one, and are none."""
    app = exists().where(Authenticator.user_id == user_id, Authenticator.confirmed_at.is_not(None))
    return or_(exists().where(Passkey.user_id == user_id), app)


async def has_any(session: AsyncSession, user: User) -> bool:
    return bool(await session.scalar(select(exist_for(user.id))))


async def lock(session: AsyncSession, user: User) -> None:
    """For whoever takes one away, or asks whether there is one before giving out codes: they wait for each other."""
    await session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))


def tell(session: AsyncSession, user: User, change: Change) -> None:
    """It is written down, and the owner hears of it by mail, in case it was somebody else."""
    audit(session, f"second_factor.{change}", f"user:{user.id}")
    emit_event(session, SecondFactorChanged(user_id=user.id, change=change, notice=random_token()))


async def forget_useless_codes(session: AsyncSession, user: User) -> None:
    """With the last passkey or app the recovery codes go: else they would be good beside the next one, too."""
    useless = delete(RecoveryCode).where(RecoveryCode.user_id == user.id, ~exist_for(user.id))
    await session.execute(useless)


async def remove_since(session: AsyncSession, user: User, moment: datetime) -> None:
    """What was set up since then, and all recovery codes, by whomever.

    An app counts from the day it was in force: it may have been begun before.
    """
    await lock(session, user)
    late_app = or_(Authenticator.confirmed_at.is_(None), Authenticator.confirmed_at >= moment)
    newer = [
        delete(Passkey).where(Passkey.user_id == user.id, Passkey.created_at >= moment),
        delete(Authenticator).where(Authenticator.user_id == user.id, late_app),
        delete(RecoveryCode).where(RecoveryCode.user_id == user.id),
    ]
    if any([(await session.execute(gone.returning(literal(1)))).all() for gone in newer]):
        tell(session, user, "newer_removed")


async def remove_all(session: AsyncSession, user: User) -> None:
    """Passkeys, app and recovery codes, when all are lost: the member sets up new ones at the next sign-in."""
    await lock(session, user)
    for factor in (Passkey, Authenticator, RecoveryCode):
        await session.execute(delete(factor).where(factor.user_id == user.id))
    tell(session, user, "all_removed")
