"""Everything we hold about a member, for the member: one file out of four apps, or none."""

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from blog.models import Author
from blog.services.erasures import list_belongings
from shared.config import AppName
from shared.db.base import Base
from shared.errors import DomainError, Unavailable
from shared.infrastructure import internal_api
from shared.models import AuditEntry, User
from shared.utils import utcnow

# What only proves who somebody is tells them nothing, and is worth stealing.
SECRET = ("hash", "nonce", "secret", "key", "token", "code")
OTHERS: tuple[AppName, ...] = ("market", "cart", "events")
# Years of somebody's orders may be gathered; the member has asked for a file, and waits for it.
TIMEOUT_SECONDS = 10.0
NAMES = {"market": "the shop", "cart": "your orders", "events": "your tickets"}

Answer = dict[str, Any]
LATER = "Please try again in a moment."


class NotComplete(Unavailable):
    message = f"A part of the site does not answer just now, and half a file is no use. {LATER}"


async def gather(session: AsyncSession, member: User) -> Answer:
    """Asks the other apps all at once. Raises NotComplete naming those that do not answer: never half a file."""
    answers = await _ask_all(member.id, member.email)
    if away := [NAMES[app] for app, answer in answers.items() if answer is None]:
        raise NotComplete(f"We cannot reach {' and '.join(away)} just now, and half a file is no use. {LATER}")
    return {"made_at": utcnow().isoformat(), "blog": await describe(session, user_id=member.id), **answers}


async def holds_elsewhere(member_id: int) -> bool:
    """Whether another app has anything that is this member's by number. Raises Unavailable rather than guess."""
    answers = await _ask_all(member_id, "")
    if None in answers.values():
        raise Unavailable
    return any(any(answer.values()) for answer in answers.values() if answer)


async def describe(session: AsyncSession, *, user_id: int) -> Answer:
    """The blog's part: the account itself, and every row that belongs to it."""
    belongings = {table.name: await _rows(session, table, user_id) for table in list_belongings()}
    member = (await session.execute(select(User.__table__).where(User.id == user_id))).mappings().one_or_none()
    acts = select(AuditEntry.__table__).where(
        or_(AuditEntry.actor_id == user_id, AuditEntry.subject == f"user:{user_id}")
    )
    authors = await _rows(session, _table(Author), user_id)
    log = [_plain(dict(row)) for row in (await session.execute(acts.order_by(AuditEntry.id))).mappings()]
    return {"account": _plain(dict(member)) if member else None, **belongings, "authors": authors, "audit_log": log}


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  No model of ours is a join.
    return table


async def _rows(session: AsyncSession, table: Table, user_id: int) -> list[Answer]:
    shown = [column for column in table.c if not _is_secret(column.name, column.type)]
    rows = await session.execute(select(*shown).where(table.c.user_id == user_id))
    return [_plain(dict(row)) for row in rows.mappings()]


def _is_secret(name: str, kind: Any) -> bool:
    return isinstance(kind, LargeBinary) or any(word in name.split("_") for word in SECRET)


def _plain(row: Answer) -> Answer:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


async def _ask_all(member_id: int, email: str) -> dict[str, Answer | None]:
    asked = await asyncio.gather(*(_ask(app, member_id, email) for app in OTHERS))
    return dict(zip(OTHERS, asked, strict=True))


async def _ask(app: AppName, member_id: int, email: str) -> Answer | None:
    path = f"/internal/{app}/people/{member_id}"
    try:
        found: Answer = await internal_api.get(app, path, params={"email": email}, timeout=TIMEOUT_SECONDS)
    except DomainError:
        return None
    return found
