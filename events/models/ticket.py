import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from events.models.entry import Entry
from events.models.ticket_type import TicketType
from shared.db.base import Base, created, pk, ref, token

# Without 0/O, 1/I/L and U: read aloud over a noisy bar, it is still one code.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Ten characters, 49 bits, in two groups: `K7PM3-QXR4A`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


class Ticket(Base):
    """One place for one person. Whoever has the `token` has the ticket; `place` counts within its hold."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("hold_id", "place"),
        CheckConstraint("status IN ('valid', 'used', 'void')", name="status"),
    )

    id: Mapped[pk]
    token: Mapped[token]
    code: Mapped[str] = mapped_column(String(11), unique=True, default=new_code)
    ticket_type_id: Mapped[ref] = mapped_column(ForeignKey("ticket_types.id"), index=True)
    entry_id: Mapped[ref] = mapped_column(ForeignKey("entries.id"), index=True)
    hold_id: Mapped[ref] = mapped_column(ForeignKey("holds.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    order: Mapped[str] = mapped_column(String(43), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    user_id: Mapped[ref | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(10), default="valid")
    issued_at: Mapped[created]
    used_at: Mapped[datetime | None]

    entry: Mapped[Entry] = relationship(lazy="raise")
    ticket_type: Mapped[TicketType] = relationship(lazy="raise")

    @property
    def path(self) -> str:
        return f"/tickets/{self.token}/"
