from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class GhostNewsletter(Base):
    """A newsletter that members choose in their account; imported from Ghost or made here."""

    __tablename__ = "ghost_newsletters"

    id: Mapped[pk]
    ghost_id: Mapped[str | None] = mapped_column(String(24), unique=True)
    name: Mapped[str] = mapped_column(String(191))
    slug: Mapped[str] = mapped_column(String(191), unique=True)
    description: Mapped[str] = mapped_column(default="")
    sender_name: Mapped[str | None] = mapped_column(String(191))
    is_active: Mapped[bool] = mapped_column(default=True)
    subscribe_on_signup: Mapped[bool] = mapped_column(default=True)
    sort_order: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[created]


class UserNewsletter(Base):
    """Who reads which newsletter: the row is the subscription."""

    __tablename__ = "user_newsletters"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("ghost_newsletters.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[created]
