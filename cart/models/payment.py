from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cart.models.order import Order
from shared.db.base import Base, created, pk

OPEN = ("PENDING", "FAILED")


class Payment(Base):
    """One attempt to be paid, written down before the provider is called: the reference is how it is found again.

    FAILED is not the end: the payer may try another card in the same checkout. MISMATCH is money that does not
    fit what was asked for: a person must look.
    """

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("status IN ('PENDING', 'FAILED', 'PAID', 'EXPIRED', 'MISMATCH')", name="status"),
        CheckConstraint("amount > 0", name="amount"),
        UniqueConstraint("order_id", "attempt"),
        Index("ix_payments_open", "next_check_at", postgresql_where="status IN ('PENDING', 'FAILED')"),
    )

    id: Mapped[pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    attempt: Mapped[int] = mapped_column(SmallInteger)
    reference: Mapped[str] = mapped_column(String(64), unique=True)
    checkout_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    hosted_url: Mapped[str | None] = mapped_column(String(500))
    status: Mapped[str] = mapped_column(String(10), default="PENDING")
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    transaction_id: Mapped[str | None] = mapped_column(String(64))
    transaction_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[created]
    next_check_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped[Order] = relationship(lazy="raise")

    @property
    def open(self) -> bool:
        return self.status in OPEN
