"""One entry with its calendar and its tickets. Lists of entries: listings.py."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from events.models import Entry
from shared.errors import NotFound
from shared.models import Reach


class NoSuchEntry(NotFound):
    message = "There is nothing like that on, or it is not announced yet."


async def get_visible(session: AsyncSession, entry_id: int, *, to: Reach | None = None) -> Entry:
    """With its calendar and ticket types. Raises NoSuchEntry for a draft, unless whoever asks looks after it."""
    found = await _get(session, entry_id)
    if found.status == "draft" and not (to and to.covers(found.calendar)):
        raise NoSuchEntry
    return found


async def get_editable(session: AsyncSession, entry_id: int, *, within: Reach) -> Entry:
    """With its calendar and ticket types. Raises NoSuchEntry for one of other people's calendars."""
    found = await _get(session, entry_id)
    if not within.covers(found.calendar):
        raise NoSuchEntry
    return found


async def _get(session: AsyncSession, entry_id: int) -> Entry:
    whole = joinedload(Entry.calendar, innerjoin=True), selectinload(Entry.ticket_types)
    found: Entry | None = await session.scalar(select(Entry).where(Entry.id == entry_id).options(*whole))
    if found is None:
        raise NoSuchEntry
    return found
