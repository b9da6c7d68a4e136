from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, created, pk


class ReservationState(StrEnum):
    """held → sold or released; a payment long after its release → sold if there is stock, else short."""

    HELD = "held"
    SOLD = "sold"
    RELEASED = "released"
    SHORT = "short"


class StockReservation(Base):
    """What one order holds of one product. `order` is cart's token: another app's row, so no foreign key."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        UniqueConstraint("order", "product_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned"),
        CheckConstraint("state IN ('held', 'sold', 'released', 'short')", name="state"),
        Index("ix_stock_reservations_due", "until", postgresql_where="state = 'held'"),
    )

    id: Mapped[pk]
    order: Mapped[str] = mapped_column(String(43))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="RESTRICT"), index=True)
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10), default=ReservationState.HELD)
    until: Mapped[datetime]
    created_at: Mapped[created]
