from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.containers import InContainer
from shared.db.base import Base, created, pk

COLOURS = ("rose", "moss", "sky", "plum", "clay", "gold")


class Calendar(InContainer, Base):
    """A named row of entries, at `/<slug>/`; a page of the co-operative may hold several."""

    __tablename__ = "calendars"
    __table_args__ = (
        CheckConstraint("slug <> ''", name="slug"),
        Index(None, "container_type", "container_id"),
    )

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(default="")
    colour: Mapped[str] = mapped_column(String(12), default="rose")
    created_at: Mapped[created]

    @property
    def path(self) -> str:
        return f"/{self.slug}/"
