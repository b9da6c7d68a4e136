"""Who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from events.models import Ticket
from shared import sheets

PER_PAGE = 50
HEADERS = ("Name", "Email", "Ticket", "Code", "Status", "Used at", "Order")


@dataclass(frozen=True)
class Attendees:
    tickets: Sequence[Ticket]
    page: int
    pages: int
    used: int
    total: int


async def list_of_entry(session: AsyncSession, entry_id: int, *, page: int = 1) -> Attendees:
    of_entry = Ticket.entry_id == entry_id
    good, used = Ticket.status != "void", Ticket.status == "used"
    counts = func.count().over(), func.count().filter(good).over(), func.count().filter(used).over()
    query = select(Ticket, *counts).where(of_entry).options(joinedload(Ticket.ticket_type))
    query = query.order_by(Ticket.name, Ticket.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    found = (await session.execute(query)).all()
    _, rows, total, inside = found[0] if found else (None, 0, 0, 0)
    return Attendees([row[0] for row in found], page, max(1, -(-rows // PER_PAGE)), inside, total)


async def write_csv(session: AsyncSession, entry_id: int, *, zone: ZoneInfo) -> str:
    query = select(Ticket).where(Ticket.entry_id == entry_id).options(joinedload(Ticket.ticket_type))
    found = await session.scalars(query.order_by(Ticket.name, Ticket.id))
    # The mark by which spreadsheets know UTF-8.
    return "\ufeff" + sheets.write_csv(HEADERS, (_row(ticket, zone) for ticket in found))


def _row(ticket: Ticket, zone: ZoneInfo) -> list[str]:
    used = f"{ticket.used_at.astimezone(zone):%Y-%m-%d %H:%M}" if ticket.used_at else ""
    return [ticket.name, ticket.email, ticket.ticket_type.name, ticket.code, ticket.status, used, ticket.order]
