"""The last a transaction says before it ends: its facts, straight to asyncpg, past SQLAlchemy's statement machinery.

A few facts travel in one message with the COMMIT. A round trip costs as much as all the work of an insert, and so a
transaction with a fact takes hardly longer than one without; one of nothing but facts is a single message. Values in
that message are hexadecimal digits and nothing else, so that there is nothing to quote.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import PoolProxiedConnection

from shared.events import wakeup

INSERT = "INSERT INTO domain_events (event_id, type, version, source, key, payload, meta) VALUES "
NOTIFY = "SELECT pg_notify($1, $2)"
MANY = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[])
"""
LATER = """
    INSERT INTO event_schedule (event, run_at)
    SELECT jsonb_build_object('event_id', a, 'type', b, 'version', c, 'source', d, 'key', e, 'payload', f, 'meta', g), h
    FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[],
                $8::timestamptz[]) AS t (a, b, c, d, e, f, g, h)
"""
FEW = 8


class Pending(NamedTuple):
    event_id: UUID
    type: str
    version: int
    source: str
    key: str | None
    payload: str
    meta: str | None
    at: datetime | None


class LastWords:
    def __init__(self, connection: PoolProxiedConnection) -> None:
        self.adapted: Any = connection.dbapi_connection
        self.driver: Any = connection.driver_connection

    async def commit_with(self, facts: list[Pending], topics: Iterable[str]) -> None:
        """The facts, and the end of the transaction: SQLAlchemy's own COMMIT finds nothing left to do."""
        message = INSERT + ", ".join(_values(fact) for fact in facts)
        if not wakeup.wired():
            message += f"; SELECT pg_notify('{wakeup.CHANNEL}', '{','.join(topics)}')"
        try:
            # SQLAlchemy begins with the first statement; several statements in one message are a transaction anyway.
            await self.driver.execute(message if self.adapted._transaction is None else f"{message}; COMMIT")  # noqa: SLF001
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError("COMMIT", None, error) from error
        except asyncpg.PostgresError as error:
            raise DBAPIError("COMMIT", None, error) from error
        self.adapted._transaction = self.driver._top_xact = None  # noqa: SLF001

    async def write(self, now: list[Pending], later: list[Pending], topics: Iterable[str]) -> None:
        """Many facts, or such as will be told later: statements of their own, before the COMMIT."""
        if self.adapted._transaction is None:  # noqa: SLF001
            await self.adapted._start_transaction()  # noqa: SLF001
        if now:
            await self.driver.execute(MANY, *list(zip(*now, strict=True))[:7])
        if later:
            await self.driver.execute(LATER, *zip(*later, strict=True))
        if not wakeup.wired():
            # A process without a wire (a command, a test) says it inside the transaction: slower, and seldom.
            await self.driver.execute(NOTIFY, wakeup.CHANNEL, ",".join(topics))


def _values(fact: Pending) -> str:
    words = (fact.type, fact.source, fact.key, fact.payload, fact.meta)
    kind, source, key, payload, meta = (_text(word) for word in words)
    return f"('{fact.event_id.hex}', {kind}, {fact.version:d}, {source}, {key}, {payload}::jsonb, {meta}::jsonb)"


def _text(value: str | None) -> str:
    return "NULL" if value is None else f"convert_from('\\x{value.encode().hex()}', 'UTF8')"
