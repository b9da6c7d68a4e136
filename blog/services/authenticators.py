"""Authenticator apps (TOTP, RFC 6238: six digits, 30 seconds, SHA-1) and the recovery codes for when they are lost."""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

import pyotp
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Authenticator, Passkey, RecoveryCode
from shared.audit import audit
from shared.errors import Conflict, Invalid
from shared.models import User
from shared.utils import keyed_hash, utcnow

STEP = timedelta(seconds=30)
# How many half minutes a clock may be off, to either side.
SLACK = 1
RECOVERY_CODES = 10
DIGITS = 6
# Without what is misread: no 0, 1, I, L, O, U.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class WrongDigits(Invalid):
    message = "These digits are not right, or were used already. Wait for the next ones in your app, and type those."


class AppInUse(Conflict):
    message = "An authenticator app is in use already: remove it first."


async def begin(session: AsyncSession, user: User, *, keys: list[str]) -> None:
    """A new secret, not in force before it is confirmed. Raises AppInUse."""
    if await has_authenticator(session, user):
        raise AppInUse
    await session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    secret = pyotp.random_base32()
    session.add(Authenticator(user_id=user.id, sealed_secret=_box(keys).encrypt(secret.encode())))


async def pending_secret(session: AsyncSession, user: User, *, keys: list[str]) -> str | None:
    found = await session.scalar(select(Authenticator).where(Authenticator.user_id == user.id, _unconfirmed()))
    return _open(found, keys) if found else None


async def confirm(session: AsyncSession, user: User, digits: str, *, keys: list[str]) -> None:
    """The app shows the right digits, so it is in force from now on. Raises WrongDigits."""
    await _take(session, user, digits, keys=keys, confirmed=False)
    await session.execute(update(Authenticator).where(Authenticator.user_id == user.id).values(confirmed_at=func.now()))
    audit(session, "authenticator.added", f"user:{user.id}")


async def check(session: AsyncSession, user: User, typed: str, *, keys: list[str]) -> None:
    """Digits of the app, or one of the recovery codes. Raises WrongDigits; none is taken twice."""
    if len(typed) == DIGITS:
        await _take(session, user, typed, keys=keys, confirmed=True)
    else:
        await _take_recovery_code(session, user, typed, keys=keys)


async def remove(session: AsyncSession, user: User) -> None:
    await session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    audit(session, "authenticator.removed", f"user:{user.id}")


async def remove_all(session: AsyncSession, user: User) -> None:
    """Passkeys, app and recovery codes, when all are lost: the member sets up new ones at the next sign-in."""
    for factor in (Passkey, Authenticator, RecoveryCode):
        await session.execute(delete(factor).where(factor.user_id == user.id))
    audit(session, "member.factors_removed", f"user:{user.id}")


async def has_authenticator(session: AsyncSession, user: User) -> bool:
    mine = select(Authenticator.user_id).where(Authenticator.user_id == user.id, ~_unconfirmed())
    return await session.scalar(mine) is not None


async def has_second_factor(session: AsyncSession, user: User) -> bool:
    passkey = select(Passkey.id).where(Passkey.user_id == user.id).limit(1)
    return await session.scalar(passkey) is not None or await has_authenticator(session, user)


async def new_recovery_codes(session: AsyncSession, user: User, *, key: str) -> list[str]:
    """Ten new ones, to be shown this once; those from before are worth nothing."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash_code(user, code, key)) for code in codes)
    audit(session, "recovery_codes.made", f"user:{user.id}")
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


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
    return next((step for step in steps if hmac.compare_digest(app.generate_otp(step), digits)), None)


async def _take_recovery_code(session: AsyncSession, user: User, typed: str, *, keys: list[str]) -> None:
    hashes = [_hash_code(user, typed.upper(), key) for key in keys]
    mine = update(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash.in_(hashes))
    taken = mine.where(RecoveryCode.used_at.is_(None)).values(used_at=func.now()).returning(RecoveryCode.id)
    if (await session.scalars(taken)).one_or_none() is None:
        raise WrongDigits(field="code")


def _hash_code(user: User, code: str, key: str) -> bytes:
    return bytes.fromhex(keyed_hash(key, f"recovery-code:{user.id}:{code}"))


def _unconfirmed() -> ColumnElement[bool]:
    return Authenticator.confirmed_at.is_(None)


def _open(found: Authenticator, keys: list[str]) -> str:
    return _box(keys).decrypt(found.sealed_secret).decode()


def _box(keys: list[str]) -> MultiFernet:
    """Sealed with the newest key, opened with any."""
    derived = [hashlib.sha256(f"authenticator:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in derived])
