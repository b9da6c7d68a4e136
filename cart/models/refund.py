from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cart.models.order import Order, OrderLine
from cart.models.payment import Payment
from shared.db.base import Base, created, pk


class Refund(Base):
    """Money on its way back. requested → sending (the provider may have it already) → done, or refused with a reason.

    `payment` is empty when nothing had been paid for it (a free ticket).
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'sending', 'done', 'refused')", name="state"),
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "order_id"),
    )

    id: Mapped[pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10), default="requested")
    idempotency_key: Mapped[str] = mapped_column(String(100), unique=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[created]
    done_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(lazy="raise")
    payment: Mapped[Payment | None] = relationship(lazy="raise")
    lines: Mapped[list["RefundLine"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class RefundLine(Base):
    __tablename__ = "refund_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id", ondelete="CASCADE"), primary_key=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), primary_key=True)
    quantity: Mapped[int]

    order_line: Mapped[OrderLine] = relationship(lazy="raise")
