"""Entries as lists show them: read as columns, never as entities. What visitors see leaves out drafts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, Date, Select, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry, Happening, Prices, TicketType
from shared.containers import ContainerType, container_filter
from shared.db.session import fetch_rows
from shared.errors import NotFound
from shared.models import Reach

PER_PAGE = 20
# See Happening.path.
PAGE = re.compile(r"/entries/([0-9]{1,18})-[^/]+/?")
SOONEST = (Entry.starts_at, Entry.id)
LATEST = (Entry.starts_at.desc(), Entry.id.desc())


class NoSuchPage(NotFound):
    message = "There is no such page: the list is shorter."


@dataclass(slots=True)
class Dated(Happening):
    """What a month says of an entry. `calendar` and `colour` are the name and the colour of its calendar."""

    id: int
    slug: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    all_day: bool
    status: str
    calendar: str
    colour: str
    venue: str


@dataclass(slots=True)
class Listed(Dated):
    """`sold` of `capacity` places are gone; `prices` is None without tickets."""

    summary: str
    image_url: str | None
    illustration: str | None
    created_at: datetime
    sold: int
    capacity: int
    prices: Prices | None


@dataclass(slots=True)
class Told(Dated):
    """What calendars of other programs are told."""

    summary: str
    description: str
    uid: str
    recurrence_id: str
    changed_at: datetime


@dataclass(frozen=True)
class Listing:
    """One page of entries out of `pages`."""

    entries: Sequence[Listed]
    page: int
    pages: int


async def list_upcoming(
    session: AsyncSession, *, now: datetime, zone: ZoneInfo, calendar: Calendar | None = None, page: int = 1
) -> Listing:
    """What is not over yet, the next first. A page ends with a day of `zone`, never within one. Raises NoSuchPage."""
    numbered = _numbered([Entry.status != "draft", Entry.ends_at > now, *_in(calendar)], zone)
    pages = select(func.max(numbered.c.page)).scalar_subquery().label("pages")
    query = _listed().add_columns(pages).join(numbered, numbered.c.id == Entry.id).where(numbered.c.page == page)
    rows = await fetch_rows(session, query.order_by(*SOONEST))
    if not rows and page > 1:
        raise NoSuchPage
    return Listing([_read(row[:-1]) for row in rows], page, rows[0].pages if rows else 1)


async def list_for_admin(
    session: AsyncSession, *, within: Reach, past: bool = False, calendar_id: int | None = None, page: int = 1
) -> Listing:
    """Drafts too; what is over, the latest first. Raises NoSuchPage."""
    over = Entry.ends_at <= func.now() if past else Entry.ends_at > func.now()
    chosen = [] if calendar_id is None else [Entry.calendar_id == calendar_id]
    return await _paged(session, [over, within.condition(Calendar), *chosen], LATEST if past else SOONEST, page)


async def list_between(
    session: AsyncSession, start: datetime, end: datetime, *, calendar: Calendar | None = None
) -> list[Dated]:
    """What touches the time from `start` up to, not including, `end`: the first thousand."""
    query = _dated().where(*_within(start, end, calendar)).order_by(*SOONEST).limit(1000)
    return [Dated(*row) for row in await fetch_rows(session, query)]


async def list_for_feed(
    session: AsyncSession, start: datetime, end: datetime, *, calendar: Calendar | None = None
) -> list[Told]:
    """The first 2,000."""
    words = Entry.summary, Entry.description, Entry.uid, Entry.recurrence_id, Entry.changed_at
    query = _dated().add_columns(*words).where(*_within(start, end, calendar)).order_by(*SOONEST).limit(2000)
    return [Told(*row) for row in await fetch_rows(session, query)]


async def list_addresses(session: AsyncSession, start: datetime, end: datetime) -> list[tuple[str, datetime]]:
    """Path and last change, for the site map (50,000 addresses is the most that one may hold)."""
    path = func.concat("/entries/", Entry.id, "-", Entry.slug, "/")
    query = select(path, Entry.changed_at).where(*_within(start, end, None)).order_by(*SOONEST).limit(49_000)
    return [(path, changed_at) for path, changed_at in await fetch_rows(session, query)]


async def list_next(
    session: AsyncSession,
    *,
    now: datetime,
    container: tuple[ContainerType, int] | None = None,
    words: str = "",
    limit: int = 6,
) -> list[Listed]:
    """With `words`, as people type them, only what has them in its title, its sentence or its description."""
    query = _listed().where(Entry.ends_at > now, Entry.status == "published")
    if words:
        text = func.concat_ws(" ", Entry.title, Entry.summary, Entry.description)
        query = query.where(func.to_tsvector("english", text).op("@@")(func.websearch_to_tsquery("english", words)))
    if container is not None:
        query = query.where(container_filter(Calendar, *container))
    return [_read(row) for row in await fetch_rows(session, query.order_by(*SOONEST).limit(limit))]


async def list_others(session: AsyncSession, entry: Entry, *, now: datetime, limit: int = 3) -> list[Listed]:
    """What else its calendar has, the next first."""
    others = Entry.calendar_id == entry.calendar_id, Entry.id != entry.id
    query = _listed().where(*others, Entry.ends_at > now, Entry.status == "published").order_by(*SOONEST)
    return [_read(row) for row in await fetch_rows(session, query.limit(limit))]


async def list_at(session: AsyncSession, paths: Sequence[str], *, now: datetime) -> list[tuple[str, Listed]]:
    """What is still to come and has its page at these paths, each by the path it was asked for, an older one too."""
    numbers = {path: int(found[1]) for path in paths if (found := PAGE.fullmatch(path))}
    query = _listed().where(Entry.id.in_(numbers.values()), Entry.ends_at > now, Entry.status == "published")
    known = {row.id: _read(row) for row in await fetch_rows(session, query)}
    return [(path, known[number]) for path, number in numbers.items() if number in known]


def _in(calendar: Calendar | None) -> list[ColumnElement[bool]]:
    return [] if calendar is None else [Entry.calendar_id == calendar.id]


def _within(start: datetime, end: datetime, calendar: Calendar | None) -> list[ColumnElement[bool]]:
    return [Entry.status != "draft", Entry.starts_at < end, Entry.ends_at >= start, *_in(calendar)]


@cache
def _dated() -> Select[*tuple[Any, ...]]:
    """The columns of Dated, in its order. Built once: putting it together costs as much as reading ten rows with it."""
    dates = Entry.starts_at, Entry.ends_at, Entry.zone, Entry.all_day
    columns = Entry.id, Entry.slug, Entry.title, *dates, Entry.status, Calendar.name, Calendar.colour, Entry.venue
    return select(*columns).join(Calendar, Calendar.id == Entry.calendar_id)


@cache
def _listed() -> Select[*tuple[Any, ...]]:
    """The columns of Listed, those of Prices last."""
    left = TicketType.capacity - TicketType.held - TicketType.sold
    cheapest = func.array_agg(aggregate_order_by(TicketType.currency, TicketType.price))
    tickets = (
        select(
            func.coalesce(func.sum(TicketType.sold), 0).label("sold"),
            func.coalesce(func.sum(TicketType.capacity), 0).label("capacity"),
            func.min(TicketType.price).label("lowest"),
            func.max(TicketType.price).label("highest"),
            cheapest[1].label("currency"),
            func.bool_and(left <= 0).label("sold_out"),
        )
        .where(TicketType.entry_id == Entry.id)
        .correlate(Entry)
        .lateral("tickets")
    )
    words = Entry.summary, Entry.image_url, Entry.illustration, Entry.created_at
    return _dated().add_columns(*words, *tickets.c).join(tickets, true())


def _read(row: Sequence[Any]) -> Listed:
    values, (lowest, *rest) = row[:-4], row[-4:]
    return Listed(*[*values, None if lowest is None else Prices(lowest, *rest)])


def _numbered(conditions: Sequence[ColumnElement[bool]], zone: ZoneInfo) -> CTE:
    """Each entry's `page`: as many whole days as it takes to have PER_PAGE entries, then the next."""
    seen_in = case((Entry.all_day, Entry.zone), else_=zone.key)
    day = cast(func.timezone(seen_in, Entry.starts_at), Date)
    # Of all entries of a day the same number are before it. A long day fills more than one page: no page stays empty.
    full = (func.rank().over(order_by=day) - 1) // PER_PAGE
    filled = select(Entry.id, full.label("full")).where(*conditions).subquery()
    return select(filled.c.id, func.dense_rank().over(order_by=filled.c.full).label("page")).cte()


async def _paged(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], order: Sequence[Any], page: int
) -> Listing:
    """One statement for the rows and for how many there are in all."""
    counted = select(func.count()).select_from(Entry).join(Calendar, Calendar.id == Entry.calendar_id)
    total = counted.where(*conditions).correlate(None).scalar_subquery().label("total")
    query = _listed().add_columns(total).where(*conditions).order_by(*order)
    rows = await fetch_rows(session, query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    if not rows and page > 1:
        raise NoSuchPage
    pages = -(-rows[0].total // PER_PAGE) if rows else 1
    return Listing([_read(row[:-1]) for row in rows], page, pages)
