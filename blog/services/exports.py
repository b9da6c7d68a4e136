"""Everything we hold about a member, for the member: one file out of four apps, or none."""

import asyncio
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, func, literal, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
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
    """The blog's part: the account itself, and every row that belongs to it. One statement, however many tables."""
    entries = AuditEntry.actor_id == user_id, AuditEntry.subject == f"user:{user_id}"
    parts = [
        _rows("account", _table(User), User.id == user_id),
        *(_rows(table.name, table, table.c.user_id == user_id) for table in list_belongings()),
        _rows("authors", _table(Author), Author.user_id == user_id),
        _rows("audit_log", _table(AuditEntry), or_(*entries)),
    ]
    found: Answer = {row[0]: row[1] for row in await session.execute(union_all(*parts))}
    return found | {"account": found["account"][0] if found["account"] else None}


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  No model of ours is a join.
    return table


def _rows(name: str, table: Table, mine: ColumnElement[bool]) -> Select[str, list[Answer]]:
    shown = [column for column in table.c if not _is_secret(column.name, column.type)]
    row = func.jsonb_build_object(*chain.from_iterable((literal(column.name), column) for column in shown))
    rows = func.coalesce(func.jsonb_agg(aggregate_order_by(row, *table.primary_key)), text("'[]'"), type_=JSONB)
    return select(literal(name), rows).where(mine)


def _is_secret(name: str, kind: Any) -> bool:
    return isinstance(kind, LargeBinary) or any(word in name.split("_") for word in SECRET)


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
