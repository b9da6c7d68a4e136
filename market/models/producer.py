from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class Producer(Base):
    """Who grew, baked or made it: the name on the label, with a story worth reading."""

    __tablename__ = "producers"

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    place: Mapped[str] = mapped_column(String(120), default="")
    story: Mapped[str] = mapped_column(default="")
    image_url: Mapped[str | None] = mapped_column(String(500))
    illustration: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[created]
