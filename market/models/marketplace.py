from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.containers import InContainer
from shared.db.base import Base, created, pk


class Marketplace(InContainer, Base):
    """A stall: the goods that one page (a bakery, a group of growers) or the whole site sells."""

    __tablename__ = "marketplaces"

    id: Mapped[pk]
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str] = mapped_column(default="")
    created_at: Mapped[created]
