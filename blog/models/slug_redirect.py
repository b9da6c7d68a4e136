from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created


class SlugRedirect(Base):
    """An address that a post or page once had: links to it still arrive."""

    __tablename__ = "slug_redirects"

    slug: Mapped[str] = mapped_column(String(191), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[created]
