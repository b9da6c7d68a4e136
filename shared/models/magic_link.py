from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class MagicLink(Base):
    """A way to sign in, once, within minutes. The secret in the mail is derived from `nonce` and the site's key,

    so that neither the token nor anything that gives it away alone is stored.
    """

    __tablename__ = "magic_links"

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254), index=True)
    nonce: Mapped[str] = mapped_column(String(43))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    next_path: Mapped[str] = mapped_column(String(500), default="/")
    created_at: Mapped[created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
