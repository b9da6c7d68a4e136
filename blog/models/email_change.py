from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class EmailChange(Base):
    """A member's wish for another address, until the new one is proven by its link. One wish at a time.

    The secret in the mail is derived from `nonce` and the site's key; the database holds only its SHA-256.
    """

    __tablename__ = "email_changes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254))
    nonce: Mapped[str] = mapped_column(String(43))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[created]
    expires_at: Mapped[datetime]
