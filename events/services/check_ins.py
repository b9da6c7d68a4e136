"""At the door: a ticket opens it once."""

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Entry, Ticket
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


async def count_used(session: AsyncSession, entry_id: int) -> tuple[int, int]:
    """How many are in, of how many with a ticket."""
    query = select(func.count().filter(Ticket.status == "used"), func.count().filter(Ticket.status != "void"))
    row = (await session.execute(query.join(Entry).where(Ticket.entry_id == entry_id))).one()
    return row[0], row[1]


def _why_not(ticket: Ticket, site: Site) -> Conflict:
    if ticket.status == "void" or ticket.used_at is None:
        return TicketVoid()
    at = ticket.used_at.astimezone(site.tz)
    return AlreadyUsed(f"This ticket has been used already, at {at:%H:%M} on {at:%-d %B %Y}.")
