"""What is on. Everything that visitors see leaves out drafts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from events.models import Calendar, Entry
from shared.containers import ContainerType, container_filter
from shared.errors import NotFound
from shared.models import Reach

PER_PAGE = 20
# See Entry.path.
PAGE = re.compile(r"/entries/([0-9]{1,18})-[^/]+/?")


class NoSuchEntry(NotFound):
    message = "There is nothing like that on, or it is not announced yet."


@dataclass(frozen=True)
class Listing:
    """One page of entries out of `pages`."""

    entries: Sequence[Entry]
    page: int
    pages: int


async def list_upcoming(
    session: AsyncSession, *, now: datetime, calendar: Calendar | None = None, page: int = 1
) -> Listing:
    """What is not over yet, the next first."""
    query = _shown(calendar).where(Entry.ends_at > now).order_by(Entry.starts_at, Entry.id)
    return await _paged(session, query, page)


async def list_for_admin(
    session: AsyncSession, *, within: Reach, past: bool = False, calendar_id: int | None = None, page: int = 1
) -> Listing:
    """Drafts too; what is over, the latest first."""
    over = Entry.ends_at <= func.now() if past else Entry.ends_at > func.now()
    own = Entry.calendar_id.in_(select(Calendar.id).where(within.condition(Calendar)))
    query = select(Entry).where(over, own).options(*_whole())
    if calendar_id is not None:
        query = query.where(Entry.calendar_id == calendar_id)
    order = (Entry.starts_at.desc(), Entry.id.desc()) if past else (Entry.starts_at, Entry.id)
    return await _paged(session, query.order_by(*order), page)


async def list_between(
    session: AsyncSession, start: datetime, end: datetime, *, calendar: Calendar | None = None, limit: int = 1000
) -> Sequence[Entry]:
    """What touches the time from `start` up to, not including, `end`."""
    query = _shown(calendar).where(Entry.starts_at < end, Entry.ends_at >= start)
    return (await session.scalars(query.order_by(Entry.starts_at, Entry.id).limit(limit))).all()


async def list_next(
    session: AsyncSession,
    *,
    now: datetime,
    container: tuple[ContainerType, int] | None = None,
    words: str = "",
    limit: int = 6,
) -> Sequence[Entry]:
    """With `words`, as people type them, only what has them in its title, its sentence or its description."""
    query = _shown(None).where(Entry.ends_at > now, Entry.status == "published")
    if words:
        text = func.concat_ws(" ", Entry.title, Entry.summary, Entry.description)
        query = query.where(func.to_tsvector("english", text).op("@@")(func.websearch_to_tsquery("english", words)))
    if container is not None:
        query = query.join(Entry.calendar).where(container_filter(Calendar, *container))
    return (await session.scalars(query.order_by(Entry.starts_at, Entry.id).limit(limit))).all()


async def list_at(session: AsyncSession, paths: Sequence[str], *, now: datetime) -> list[tuple[str, Entry]]:
    """What is still to come and has its page at these paths, each by the path it was asked for, an older one too."""
    numbers = {path: int(found[1]) for path in paths if (found := PAGE.fullmatch(path))}
    query = _shown(None).where(Entry.id.in_(numbers.values()), Entry.ends_at > now, Entry.status == "published")
    known = {entry.id: entry for entry in await session.scalars(query)}
    return [(path, known[number]) for path, number in numbers.items() if number in known]


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
    found: Entry | None = await session.scalar(select(Entry).where(Entry.id == entry_id).options(*_whole()))
    if found is None:
        raise NoSuchEntry
    return found


def _shown(calendar: Calendar | None) -> Select[Any]:
    query = select(Entry).where(Entry.status != "draft").options(*_whole())
    return query if calendar is None else query.where(Entry.calendar_id == calendar.id)


def _whole() -> list[Any]:
    return [joinedload(Entry.calendar, innerjoin=True), selectinload(Entry.ticket_types)]


async def _paged(session: AsyncSession, query: Select[Any], page: int) -> Listing:
    """One statement for the rows and for how many there are in all."""
    total: ColumnElement[int] = func.count().over()
    rows = await session.execute(query.add_columns(total).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    found = rows.all()
    if not found and page > 1:
        raise NoSuchEntry("There is no such page: the list is shorter.")
    pages = -(-found[0][1] // PER_PAGE) if found else 1
    return Listing([row[0] for row in found], page, pages)
