from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from events.models.ticket_type import TicketType
from shared.db.base import Base, created, pk, ref, token


class Hold(Base):
    """Places kept for somebody. Other apps know it by its `token`, as `hold_id`.

    active: in a basket, until the clock says otherwise · bound: in an order, until the order is paid or released ·
    converted: tickets were issued · released: the places were given back.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'bound', 'converted', 'released')", name="state"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_holds_running", "until", postgresql_where="state = 'active'"),
        Index("ix_holds_type_running", "ticket_type_id", "until", postgresql_where="state = 'active'"),
    )

    id: Mapped[pk]
    token: Mapped[token]
    ticket_type_id: Mapped[ref] = mapped_column(ForeignKey("ticket_types.id", ondelete="CASCADE"))
    quantity: Mapped[int]
    user_id: Mapped[ref | None]
    session_id: Mapped[str | None] = mapped_column(String(43))
    until: Mapped[datetime]
    order: Mapped[str | None] = mapped_column(String(43), index=True)
    extended: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="active")
    created_at: Mapped[created]

    ticket_type: Mapped[TicketType] = relationship(lazy="raise")
