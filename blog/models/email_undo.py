from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class EmailUndo(Base):
    """The address that a member had before a change, and its way back. Made like EmailChange.

    A row for each change: a second change, by whoever made the first, takes nothing from the first one's way back.
    """

    __tablename__ = "email_undos"

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    nonce: Mapped[str] = mapped_column(String(43))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[created]
    expires_at: Mapped[datetime]
