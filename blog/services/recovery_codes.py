"""Ten codes on paper, for the day when the passkey or the authenticator app is lost. Without those they are nothing."""

import secrets

from sqlalchemy import delete, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import RecoveryCode
from blog.services import second_factors
from blog.services.second_factors import WrongDigits
from shared.errors import Conflict
from shared.models import User
from shared.utils import keyed_hash

HOW_MANY = 10
# Without what is misread: no 0, 1, I, L, O, U.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NothingToRecover(Conflict):
    message = "Recovery codes are for the day a passkey or an authenticator app is lost: set one of those up first."


async def make(session: AsyncSession, user: User, *, key: str) -> list[str]:
    """Ten new ones, to be shown this once; those from before are worth nothing. Raises NothingToRecover.

    Else whoever reads the mail could make some, and show one as the second factor of a member who has none.
    """
    await second_factors.lock(session, user)
    if not await second_factors.has_any(session, user):
        raise NothingToRecover
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(12)) for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(user, code, key)) for code in codes)
    second_factors.tell(session, user, "codes_made")
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


async def take(session: AsyncSession, user: User, typed: str, *, keys: list[str]) -> None:
    """Raises WrongDigits: none is taken twice, and none in the place of a second factor that was never there."""
    hashes = [_hash(user, typed.upper(), key) for key in keys]
    mine = update(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash.in_(hashes))
    unused = mine.where(RecoveryCode.used_at.is_(None), second_factors.exist_for(user.id))
    if (await session.scalars(unused.values(used_at=func.now()).returning(RecoveryCode.id))).one_or_none() is None:
        raise WrongDigits(field="code")


def _hash(user: User, code: str, key: str) -> bytes:
    return bytes.fromhex(keyed_hash(key, f"recovery-code:{user.id}:{code}"))
