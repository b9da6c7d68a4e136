from datetime import datetime
from uuid import UUID

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class EventInbox(Base):
    """Which events from outside were taken, so that none is taken twice: in weekly pieces, kept for a month."""

    __tablename__ = "event_inbox"
    __table_args__ = {"postgresql_partition_by": "RANGE (at)"}  # noqa: RUF012

    consumer: Mapped[str] = mapped_column(String(40), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, server_default=text("now()"))
