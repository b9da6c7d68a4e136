"""What we hold about one person, and forgetting it."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from events.models import Entry, Hold, Ticket
from events.services import answers
from shared.config import Settings
from shared.db.addresses import ERASED, belongs_to, erasure_key, is_address
from shared.events.payloads.accounts import MemberErased


async def forget(session: AsyncSession, event: MemberErased, *, secret_key: str) -> None:
    """Tickets stay good for whoever holds them: they were paid for. Nothing says any more who that is."""
    theirs = is_address(Ticket.email, event.address, key=erasure_key(secret_key))
    nobody = {"email": ERASED, "name": "", "user_id": None}
    tickets = update(Ticket).where(belongs_to(Ticket, event.user_id, theirs)).values(nobody)
    await session.execute(tickets.execution_options(synchronize_session=False))
    holds = update(Hold).where(Hold.user_id == event.user_id).values(user_id=None, session_id=None)
    await session.execute(holds.execution_options(synchronize_session=False))


async def describe(session: AsyncSession, settings: Settings, *, user_id: int, email: str) -> dict[str, Any]:
    mine = belongs_to(Ticket, user_id, Ticket.email == email.lower())
    whole = [joinedload(Ticket.entry).joinedload(Entry.calendar), joinedload(Ticket.ticket_type)]
    found = (await session.scalars(select(Ticket).where(mine).options(*whole).order_by(Ticket.id))).all()
    return {"tickets": [answers.ticket(ticket, settings) | {"email": ticket.email} for ticket in found]}
