"""What a member can show beside the mailed link."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class Passkey(Base):
    """A key pair whose private half never leaves its device (WebAuthn). `sign_count` grows unless it is always 0."""

    __tablename__ = "passkeys"

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[created]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a device must sign, once, within minutes; for a member who adds a key, or (None) for whoever signs in."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]


class Authenticator(Base):
    """An app that shows six digits every thirty seconds (TOTP). The secret is sealed with the site's key.

    `last_step` is the newest half minute whose digits were taken: none are taken twice.
    """

    __tablename__ = "authenticators"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[created]


class RecoveryCode(Base):
    """One of ten, for the day the device is lost. Shown once; here is only its keyed hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    used_at: Mapped[datetime | None]
