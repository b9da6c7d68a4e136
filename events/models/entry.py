from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from events.models.calendar import Calendar
from events.models.happening import Happening, Prices
from events.models.ticket_type import TicketType
from shared.containers import AboutContent
from shared.db.base import Base, changed, created, pk, ref


class Entry(Happening, AboutContent, Base):
    """Something that happens once, at a place and time. A weekly thing is many entries with one `uid`.

    `ends_at` is the moment after it: an all-day entry ends at the next midnight of its `zone`.
    """

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("calendar_id", "uid", "recurrence_id"),
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        CheckConstraint("status IN ('draft', 'published', 'cancelled')", name="status"),
        Index("ix_entries_shown", "starts_at", "id", postgresql_where="status <> 'draft'"),
        Index("ix_entries_calendar_id_starts_at", "calendar_id", "starts_at"),
        Index(None, "content_type", "content_id"),
    )

    id: Mapped[pk]
    calendar_id: Mapped[ref] = mapped_column(ForeignKey("calendars.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    all_day: Mapped[bool] = mapped_column(default=False)
    venue: Mapped[str] = mapped_column(String(200), default="")
    image_url: Mapped[str | None] = mapped_column(String(500))
    illustration: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    uid: Mapped[str] = mapped_column(String(255))
    recurrence_id: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str] = mapped_column(String(20), default="here")
    created_at: Mapped[created]
    changed_at: Mapped[changed]

    calendar: Mapped[Calendar] = relationship(lazy="raise")
    ticket_types: Mapped[list[TicketType]] = relationship(lazy="raise", order_by="TicketType.position, TicketType.id")

    @property
    def prices(self) -> Prices | None:
        return Prices.of(self.ticket_types)
