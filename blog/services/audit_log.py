"""Looking up who did what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author, Post, Tag
from shared import sheets
from shared.audit import audit
from shared.models import AuditEntry, GhostNewsletter, MenuItem, User

PER_PAGE = 50
MOST_IN_A_FILE = 20_000
# What people call a subject, by its kind.
NAMES: dict[str, Any] = {
    "user": User.email,
    "post": Post.title,
    "tag": Tag.name,
    "author": Author.name,
    "newsletter": GhostNewsletter.name,
    "menu_item": MenuItem.label,
}
HEADERS = ("When (UTC)", "Application", "Member", "Action", "Subject", "Network", "Details")


@dataclass(frozen=True)
class Wanted:
    """`who` is a part of a name or address, `action` and `subject` how they begin; days are the site's own."""

    who: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Entry:
    """`name` is what the subject is called, when this app knows and it is still there."""

    row: AuditEntry
    actor: str | None
    name: str | None = None


@dataclass(frozen=True)
class Found:
    entries: Sequence[Entry]
    page: int
    pages: int
    total: int


async def search(session: AsyncSession, wanted: Wanted, *, zone: ZoneInfo, page: int = 1) -> Found:
    """The newest first."""
    query = _query(wanted, zone).add_columns(func.count().over())
    rows = (await session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE))).all()
    total = rows[0][2] if rows else 0
    names = await _list_names(session, [row[0].subject for row in rows])
    return Found(
        [Entry(row[0], row[1], names.get(row[0].subject)) for row in rows], page, max(1, -(-total // PER_PAGE)), total
    )


async def write_csv(session: AsyncSession, wanted: Wanted, *, zone: ZoneInfo) -> str:
    """What `search` finds, without names: the file may travel, so it says members by their number. That it
    was made is written down, after what it holds.
    """
    rows = await session.execute(_query(wanted, zone).limit(MOST_IN_A_FILE))
    found = sheets.write_csv(HEADERS, (_cells(row[0]) for row in rows))
    audit(session, "audit_log.downloaded", "audit_log:all")
    return found


def _query(wanted: Wanted, zone: ZoneInfo) -> Select[AuditEntry, str]:
    query = select(AuditEntry, User.email).outerjoin(User, User.id == AuditEntry.actor_id)
    if wanted.who:
        named = [column.icontains(wanted.who, autoescape=True) for column in (User.email, User.name)]
        query = query.where(or_(*named))
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        query = query.where(AuditEntry.subject.startswith(wanted.subject, autoescape=True))
    if wanted.since:
        query = query.where(AuditEntry.at >= _midnight(wanted.since, zone))
    if wanted.until:
        query = query.where(AuditEntry.at < _midnight(wanted.until + timedelta(days=1), zone))
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


async def _list_names(session: AsyncSession, subjects: Sequence[str]) -> dict[str, str]:
    """Of this app's own things, in one question."""
    numbers: dict[str, set[int]] = {}
    for subject in subjects:
        noun, _, key = subject.partition(":")
        if noun in NAMES and key.isdecimal():
            numbers.setdefault(noun, set()).add(int(key))
    if not numbers:
        return {}
    parts = [
        select(func.concat(noun, ":", NAMES[noun].class_.id), NAMES[noun]).where(NAMES[noun].class_.id.in_(found))
        for noun, found in numbers.items()
    ]
    return {row[0]: row[1] for row in await session.execute(union_all(*parts))}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _cells(row: AuditEntry) -> list[str]:
    details = " ".join(f"{name}={value}" for name, value in row.details.items())
    cells = [f"{row.at:%Y-%m-%d %H:%M:%S}", row.app, str(row.actor_id or ""), row.action, row.subject]
    return [*cells, row.network or "", details]
