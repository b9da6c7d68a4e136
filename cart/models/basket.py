from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cart.models.order import Order
from cart.models.snapshot import Snapshot
from shared.db.base import Base, changed, created, pk
from shared.utils import utcnow

PRODUCT_IN_BASKET = "kind = 'product' AND order_id IS NULL AND removed_at IS NULL"


class Basket(Base):
    """A member's, or an anonymous visitor's until they sign in."""

    __tablename__ = "baskets"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (session_id IS NULL)", name="one_owner"),)

    id: Mapped[pk]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    session_id: Mapped[str | None] = mapped_column(String(43), unique=True)
    changed_at: Mapped[changed]


class BasketLine(Snapshot, Base):
    """Stays until it is paid for: while an order waits for its payment, the line names it and cannot be changed."""

    __tablename__ = "basket_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("(kind = 'ticket') = (hold_id IS NOT NULL)", name="ticket_has_hold"),
        CheckConstraint("kind IN ('product', 'ticket')", name="kind"),
        Index(
            "uq_basket_lines_product",
            "basket_id",
            "item_id",
            unique=True,
            postgresql_where=text(PRODUCT_IN_BASKET),
        ),
        Index("uq_basket_lines_hold_id", "hold_id", unique=True),
        Index(None, "basket_id"),
        Index(None, "order_id"),
    )

    id: Mapped[pk]
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id", ondelete="CASCADE"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="SET NULL"))
    currency: Mapped[str] = mapped_column(String(3))
    max_quantity: Mapped[int]
    hold_until: Mapped[datetime | None]
    extended: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    created_at: Mapped[created]

    order: Mapped[Order | None] = relationship(lazy="raise")

    @property
    def locked(self) -> bool:
        return self.order_id is not None

    @property
    def expired(self) -> bool:
        """Its places have gone back on sale; while an order is being paid, the clock stands still."""
        return not self.locked and self.hold_until is not None and self.hold_until <= utcnow()

    @property
    def seconds_left(self) -> int:
        if self.hold_until is None:
            return 0
        return max(0, int((self.hold_until - utcnow()).total_seconds()))
