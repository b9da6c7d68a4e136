"""Authenticator apps (TOTP, RFC 6238: six digits, 30 seconds, SHA-1)."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pyotp
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import ColumnElement, Delete, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Authenticator, RecoveryCode
from blog.services import recovery_codes, second_factors
from blog.services.second_factors import WrongDigits
from shared.errors import Conflict
from shared.models import User
from shared.utils import utcnow

STEP = timedelta(seconds=30)
# How many half minutes a clock may be off, to either side.
SLACK = 1
DIGITS = 6


class AppInUse(Conflict):
    message = "An authenticator app is in use already: remove it first."


async def begin(session: AsyncSession, user: User, *, keys: list[str]) -> None:
    """A new secret, not in force before it is confirmed. Raises AppInUse."""
    if await has_authenticator(session, user):
        raise AppInUse
    await session.execute(_delete(user))
    secret = pyotp.random_base32()
    session.add(Authenticator(user_id=user.id, sealed_secret=_box(keys).encrypt(secret.encode())))


async def pending_secret(session: AsyncSession, user: User, *, keys: list[str]) -> str | None:
    found = await session.scalar(select(Authenticator).where(Authenticator.user_id == user.id, _unconfirmed()))
    return _open(found, keys) if found else None


async def confirm(session: AsyncSession, user: User, digits: str, *, keys: list[str]) -> None:
    """The app shows the right digits, so it is in force from now on. Raises WrongDigits."""
    await _take(session, user, digits, keys=keys, confirmed=False)
    await session.execute(update(Authenticator).where(Authenticator.user_id == user.id).values(confirmed_at=func.now()))
    second_factors.tell(session, user, "app_added")


async def check(session: AsyncSession, user: User, typed: str, *, keys: list[str]) -> None:
    """Digits of the app, or one of the recovery codes. Raises WrongDigits; none is taken twice."""
    if len(typed) == DIGITS:
        await _take(session, user, typed, keys=keys, confirmed=True)
    else:
        await recovery_codes.take(session, user, typed, keys=keys)


async def remove(session: AsyncSession, user: User) -> None:
    """Its digits are worth nothing from now on; nothing happens when there is none."""
    await second_factors.lock(session, user)
    gone = await session.scalar(_delete(user).returning(Authenticator.confirmed_at))
    if gone is not None:
        second_factors.tell(session, user, "app_removed")
        await second_factors.forget_useless_codes(session, user)


async def has_authenticator(session: AsyncSession, user: User) -> bool:
    mine = select(Authenticator.user_id).where(Authenticator.user_id == user.id, ~_unconfirmed())
    return await session.scalar(mine) is not None


async def count_ways(session: AsyncSession, user: User) -> tuple[bool, int]:
    """Whether an app is in force, and how many recovery codes are left, in one question."""
    app = exists().where(Authenticator.user_id == user.id, ~_unconfirmed())
    left = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    has_app, codes_left = (await session.execute(select(app, left.scalar_subquery()))).one()
    return has_app, codes_left


def address(secret: str, user: User, *, site: str) -> str:
    """`otpauth://…`, for the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=site)


async def _take(session: AsyncSession, user: User, digits: str, *, keys: list[str], confirmed: bool) -> None:
    state = ~_unconfirmed() if confirmed else _unconfirmed()
    found = await session.scalar(select(Authenticator).where(Authenticator.user_id == user.id, state).with_for_update())
    step = _matching_step(_open(found, keys), digits) if found else None
    if found is None or step is None or step <= found.last_step:
        raise WrongDigits(field="code")
    found.last_step = step
    await session.flush()


def _matching_step(secret: str, digits: str) -> int | None:
    now = int(utcnow().timestamp() / STEP.total_seconds())
    app = pyotp.TOTP(secret)
    steps = range(now - SLACK, now + SLACK + 1)
    # As bytes: what people type is no digits at all, sometimes.
    typed = digits.encode()
    return next((step for step in steps if hmac.compare_digest(app.generate_otp(step).encode(), typed)), None)


def _delete(user: User) -> Delete:
    return delete(Authenticator).where(Authenticator.user_id == user.id)


def _unconfirmed() -> ColumnElement[bool]:
    return Authenticator.confirmed_at.is_(None)


def _open(found: Authenticator, keys: list[str]) -> str:
    return _box(keys).decrypt(found.sealed_secret).decode()


def _box(keys: list[str]) -> MultiFernet:
    """Sealed with the newest key, opened with any."""
    derived = [hashlib.sha256(f"authenticator:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in derived])
