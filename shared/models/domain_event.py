from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, String, text
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
    """The log: what happened, written in the transaction in which it happened, and never changed.

    Partitions of a million ids live in the schema event_log. `xid` stands first on purpose: a writer has its
    transaction id before it draws its event's id, and readers rely on that (see shared/events/reader.py).
    """

    __tablename__ = "domain_events"
    __table_args__ = {"postgresql_partition_by": "RANGE (id)"}  # noqa: RUF012

    xid: Mapped[int] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(SmallInteger, default=1)
    source: Mapped[str] = mapped_column(String(20))
    key: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    meta: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[created]


class EventCursor(Base):
    """How far an app has read, one row for each of its two lanes.

    `epoch` is the fence: whoever takes the cursor over, or moves it by hand, raises it, and a reader that
    still holds the number before cannot write.
    """

    __tablename__ = "event_cursors"

    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    lane: Mapped[str] = mapped_column(String(10), primary_key=True)
    pos: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    epoch: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    paused: Mapped[bool] = mapped_column(server_default=text("false"))


class EventDelivery(Base):
    """Only what did not simply succeed: one handler's trouble with one event, and a copy of the event.

    retry: will be tried again at next_at. parked: waits behind a failed event of its key. dead: given up.
    """

    __tablename__ = "event_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('retry', 'parked', 'dead')", name="state"),
        Index("ix_event_deliveries_due", "consumer", "lane", "next_at", postgresql_where="state = 'retry'"),
        Index(
            "ix_event_deliveries_key",
            "handler",
            "key",
            "event_id",
            postgresql_where="state IN ('retry', 'parked')",
        ),
    )

    handler: Mapped[str] = mapped_column(String(120), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    consumer: Mapped[str] = mapped_column(String(40))
    lane: Mapped[str] = mapped_column(String(10))
    key: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="retry")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(default="")
    first_failed_at: Mapped[created]
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)


class EventSchedule(Base):
    """Facts whose moment is still to come: told once at run_at, or again and again by a cron line (in UTC)."""

    __tablename__ = "event_schedule"
    __table_args__ = (Index(None, "run_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run_at: Mapped[datetime]
    name: Mapped[str | None] = mapped_column(String(120), unique=True)
    cron: Mapped[str | None] = mapped_column(String(80))
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)
