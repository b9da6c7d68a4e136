from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cart.models.snapshot import Snapshot
from shared.db.base import Base, created, pk, token
from shared.utils import utcnow

JUST_NOW = timedelta(minutes=2)
ORDER_NUMBERS = Sequence("order_numbers", metadata=Base.metadata)


class Order(Base):
    """draft: what it needs is being set aside · placed: waits for its payment · paid · refunded: all of it ·
    released: not paid in time, or cancelled. The token is the secret link; the number is for people.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'placed', 'paid', 'refunded', 'released')", name="status"),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("status NOT IN ('paid', 'refunded') OR paid_at IS NOT NULL", name="paid_at"),
        Index("ix_orders_waiting", "pay_until", postgresql_where="status IN ('draft', 'placed')"),
        Index(None, "user_id"),
        Index(None, "email"),
        Index(None, "placed_at"),
    )

    id: Mapped[pk]
    token: Mapped[token]
    number: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(10), default="draft")
    email: Mapped[str] = mapped_column(String(254))
    buyer: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    session_id: Mapped[str | None] = mapped_column(String(43))
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(64), unique=True)
    placed_at: Mapped[created]
    pay_until: Mapped[datetime]
    paid_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(lazy="raise", order_by="OrderLine.id", cascade="all, delete-orphan")

    @property
    def waiting(self) -> bool:
        return self.status == "placed"

    @property
    def paid(self) -> bool:
        return self.status in {"paid", "refunded"}

    @property
    def overdue(self) -> bool:
        return self.status in {"draft", "placed"} and self.pay_until <= utcnow()

    @property
    def just_paid(self) -> bool:
        return self.status == "paid" and self.paid_at is not None and utcnow() - self.paid_at < JUST_NOW

    @property
    def has_goods(self) -> bool:
        return any(line.kind == "product" for line in self.lines)

    @property
    def has_tickets(self) -> bool:
        return any(line.kind == "ticket" for line in self.lines)

    @property
    def expects_tickets(self) -> bool:
        """Just paid, and events is still making them; later, a page without tickets is no reason to look again."""
        return self.just_paid and self.has_tickets

    @property
    def seconds_left(self) -> int:
        return max(0, int((self.pay_until - utcnow()).total_seconds()))

    @property
    def path(self) -> str:
        return f"/orders/{self.token}/"


class OrderLine(Snapshot, Base):
    """What was promised at the moment of ordering. `refunded` is how many of them are being or have been paid back."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("refunded BETWEEN 0 AND quantity", name="refunded"),
        Index(None, "order_id"),
    )

    id: Mapped[pk]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    basket_line_id: Mapped[int] = mapped_column(BigInteger)
    refunded: Mapped[int] = mapped_column(default=0)

    @property
    def refundable(self) -> int:
        return self.quantity - self.refunded
