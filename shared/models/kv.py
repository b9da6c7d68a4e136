from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base, changed


class KeyValue(Base):
    """Small facts that are nobody's table: what an import brought, which demo is loaded. Keys are `app.subject`."""

    __tablename__ = "key_values"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    changed_at: Mapped[changed]
