from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class User(Base):
    """A person with an e-mail address. There are no passwords."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    created_at: Mapped[created]
    last_seen_at: Mapped[datetime | None]

    @property
    def greeting(self) -> str:
        return self.name or self.email.split("@", 1)[0]


class UserSession(Base):
    """One browser. The cookie's value is nowhere in the database, only its SHA-256.

    `public_id` names an anonymous visitor's things (a basket); it says nothing about the cookie.
    """

    __tablename__ = "user_sessions"

    id: Mapped[pk]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[created]
    expires_at: Mapped[datetime]
