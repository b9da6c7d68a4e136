"""At the door: a ticket opens it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry, Ticket
from events.services import tickets
from events.services.tickets import NoSuchTicket
from shared.audit import audit
from shared.config import Site
from shared.errors import Conflict
from shared.models import Reach
from shared.models.grant import EVERYWHERE


class AlreadyUsed(Conflict):
    message = "This ticket has been used already."


class TicketVoid(Conflict):
    message = "This ticket is void: it was refunded."


def token_or_code(typed: str) -> str:
    """What a steward typed or a scanner wrote: a code with or without its hyphen, or the ticket's whole address."""
    last = typed.strip().rstrip("/").removesuffix(".pdf").rsplit("/", 1)[-1]
    plain = last.replace("-", "").replace(" ", "").upper()
    return f"{plain[:5]}-{plain[5:]}" if len(plain) == 10 else last  # noqa: PLR2004


async def get(session: AsyncSession, token: str, *, within: Reach) -> Ticket:
    """Raises NoSuchTicket, also for one to something in other people's calendars."""
    found = await tickets.get_by_token(session, token)
    if not within.covers(found.entry.calendar):
        raise NoSuchTicket
    return found


async def find(session: AsyncSession, typed: str, *, within: Reach) -> Ticket:
    wanted = token_or_code(typed)
    token = await session.scalar(select(Ticket.token).where(or_(Ticket.code == wanted, Ticket.token == wanted)))
    if token is None:
        raise NoSuchTicket
    return await get(session, token, within=within)


async def create(session: AsyncSession, typed: str, *, site: Site, within: Reach = EVERYWHERE) -> Ticket:
    """One conditional UPDATE: of two stewards with one ticket, one lets somebody in.

    Raises NoSuchTicket, AlreadyUsed with the time, TicketVoid.
    """
    found = await find(session, typed, within=within)
    used = await session.execute(
        update(Ticket)
        .where(Ticket.id == found.id, Ticket.status == "valid")
        .values(status="used", used_at=func.now())
        .returning(Ticket.used_at)
        .execution_options(synchronize_session=False)
    )
    at = used.scalar_one_or_none()
    await session.refresh(found, ["status", "used_at"])
    if at is None:
        raise _why_not(found, site)
    audit(session, "ticket.checked_in", f"ticket:{found.id}")
    return found


async def undo(session: AsyncSession, token: str, *, within: Reach) -> Ticket:
    """A slip of the finger: the ticket is good again."""
    found = await get(session, token, within=within)
    if found.status == "used":
        found.status, found.used_at = "valid", None
        audit(session, "ticket.check_in_undone", f"ticket:{found.id}")
    return found


@dataclass(frozen=True)
class Door:
    """What is on today with how many are in, and who came in last."""

    tonight: Sequence[Any]
    last: Sequence[Any]


async def look_at_door(session: AsyncSession, *, now: datetime, zone: ZoneInfo, within: Reach) -> Door:
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    used, total = (func.count().filter(Ticket.status == status) for status in ("used", "valid"))
    tonight = (
        select(Entry.id, Entry.title, Entry.starts_at, used.label("used"), (used + total).label("total"))
        .join(Ticket, Ticket.entry_id == Entry.id)
        .join(Calendar, Calendar.id == Entry.calendar_id)
        .where(Entry.starts_at < midnight + timedelta(days=1), Entry.ends_at > midnight, within.condition(Calendar))
        .group_by(Entry.id)
        .order_by(Entry.starts_at, Entry.id)
    )
    last = (
        select(Ticket.token, Ticket.name, Ticket.email, Ticket.used_at, Entry.title)
        .join(Entry, Entry.id == Ticket.entry_id)
        .join(Calendar, Calendar.id == Entry.calendar_id)
        .where(Ticket.status == "used", Ticket.used_at > midnight, within.condition(Calendar))
        .order_by(Ticket.used_at.desc())
        .limit(3)
    )
    return Door((await session.execute(tonight)).all(), (await session.execute(last)).all())


def _why_not(ticket: Ticket, site: Site) -> Conflict:
    if ticket.status == "void" or ticket.used_at is None:
        return TicketVoid()
    at = ticket.used_at.astimezone(site.tz)
    return AlreadyUsed(f"This ticket has been used already, at {at:%H:%M} on {at:%-d %B %Y}.")
