from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, pk


class AuditEntry(Base):
    """A privileged act. The table refuses changes and removals; it holds ids, never names or addresses.

    `actor_id` is no foreign key: an entry outlives whom it names. Empty = the command line or the house itself.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "actor_id", "at"),
        Index(None, "action", "at"),
        Index(None, "subject", "at"),
    )

    id: Mapped[pk]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    app: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    network: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
