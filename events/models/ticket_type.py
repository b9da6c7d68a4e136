from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk, ref


class TicketType(Base):
    """A price at which places of an entry are given. `held` and `sold` are moved in services/places.py only."""

    __tablename__ = "ticket_types"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("sold >= 0", name="sold"),
        CheckConstraint("held + sold <= capacity", name="capacity"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("max_per_order >= 1", name="max_per_order"),
    )

    id: Mapped[pk]
    entry_id: Mapped[ref] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(200), default="")
    price: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    vat_rate: Mapped[int] = mapped_column(SmallInteger, default=0)
    capacity: Mapped[int]
    held: Mapped[int] = mapped_column(default=0)
    sold: Mapped[int] = mapped_column(default=0)
    max_per_order: Mapped[int] = mapped_column(SmallInteger, default=10)
    sale_from: Mapped[datetime | None]
    sale_until: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[created]

    @property
    def left(self) -> int:
        return self.capacity - self.held - self.sold

    @property
    def taken(self) -> int:
        return self.held + self.sold
