from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, pk


class Tag(Base):
    """A subject. An internal one (Ghost's `#name`) sorts posts for editors and is never shown to readers."""

    __tablename__ = "tags"

    id: Mapped[pk]
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(191), unique=True)
    description: Mapped[str] = mapped_column(default="")
    is_internal: Mapped[bool] = mapped_column(default=False)
