from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, pk


class Author(Base):
    """Whose name stands over a post. Not everybody who writes has an account, so the link to one is optional."""

    __tablename__ = "authors"

    id: Mapped[pk]
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(191), unique=True)
    bio: Mapped[str] = mapped_column(default="")
    image: Mapped[str | None] = mapped_column(String(500))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
