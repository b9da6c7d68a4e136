from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from shared.db.base import Base, created


class XID8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


# So that reflection, and with it the comparison of models and migrations, knows the type too.
ischema_names["xid8"] = XID8


class DomainEvent(Base):
    """The transactional outbox: what happened, written in the transaction in which it happened."""

    __tablename__ = "domain_events"
    __table_args__ = (Index(None, "xid", "id"),)

    xid: Mapped[int] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    source: Mapped[str] = mapped_column(String(20))
    key: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[created]


class EventCursor(Base):
    """How far an app has read. The row's lock is the right to read on: one process an app at a time."""

    __tablename__ = "event_cursors"

    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    xid: Mapped[int] = mapped_column(XID8)
    event_id: Mapped[int] = mapped_column(BigInteger)


class EventDelivery(Base):
    """Only what did not simply succeed: one handler's trouble with one event."""

    __tablename__ = "event_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('retry', 'dead')", name="state"),
        Index("ix_event_deliveries_due", "consumer", "next_at", postgresql_where="state = 'retry'"),
    )

    handler: Mapped[str] = mapped_column(String(120), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("domain_events.id", ondelete="CASCADE"), primary_key=True)
    consumer: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="retry")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(default="")
    first_failed_at: Mapped[created]
