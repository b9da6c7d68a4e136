from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class MagicLink(Base):
    """A way to sign in, once, within minutes, and only in the browser that asked for it.

    The secret and the six digits in the mail are derived from `nonce` and the site's key, so that neither they nor
    anything that gives them away alone is stored. `browser_hash` is of the cookie that the asking browser got.
    `newsletters` were chosen with it, by nobody knows whom yet: they are read from when it is used.
    """

    __tablename__ = "magic_links"

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(254), index=True)
    nonce: Mapped[str] = mapped_column(String(43))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    next_path: Mapped[str] = mapped_column(String(500), default="/")
    newsletters: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default=text("'{}'"))
    created_at: Mapped[created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
