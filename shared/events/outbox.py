"""Facts wait in `session.info`; one hook before the commit writes them all, in one statement.

It goes straight to the session's asyncpg connection, past SQLAlchemy's statement machinery. A transaction of one
fact and nothing else is this one statement, without BEGIN and COMMIT around it. A savepoint that is rolled back
takes its facts with it.
"""

import os
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import await_only

from shared.db.session import WroteWhileReading
from shared.events import wakeup

FACTS, MARKS = "facts", "facts_before_savepoint"

ONE = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
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
NOTIFY = "SELECT pg_notify($1, $2)"


class Pending(NamedTuple):
    event_id: UUID
    type: str
    version: int
    source: str
    key: str | None
    payload: str
    meta: str | None
    at: datetime | None


def new_id() -> UUID:
    """A UUIDv7: made here, so that nobody waits for the database to say it."""
    milliseconds = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    return UUID(int=milliseconds << 80 | 7 << 76 | (noise >> 68) << 64 | 2 << 62 | noise & (1 << 62) - 1)


def put(session: Session, fact: Pending) -> None:
    if session.info.get("read_only"):
        raise WroteWhileReading
    session.info.setdefault(FACTS, []).append(fact)


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(FACTS):
        return
    # First what the fact is about, so that no id is drawn long before the commit: readers wait for such holes.
    session.flush()
    facts: list[Pending] = session.info.pop(FACTS)
    topics = ("events", "schedule") if any(fact.at for fact in facts) else ("events",)
    wakeup.wake_after_commit(session, *topics)
    await_only(_send(session.connection().connection, facts, topics))


async def _send(connection: PoolProxiedConnection, facts: list[Pending], topics: Iterable[str]) -> None:
    adapted: Any = connection.dbapi_connection
    driver: Any = connection.driver_connection
    now, later = [fact for fact in facts if fact.at is None], [fact for fact in facts if fact.at]
    alone = len(now) == 1 and not later and wakeup.wired()
    # SQLAlchemy sends BEGIN with its first statement; the only statement of a transaction needs none.
    if adapted._transaction is None and not alone:  # noqa: SLF001
        await adapted._start_transaction()  # noqa: SLF001
    if len(now) == 1:
        await driver.execute(ONE, *now[0][:7])
    elif now:
        await driver.execute(MANY, *list(zip(*now, strict=True))[:7])
    if later:
        await driver.execute(LATER, *zip(*later, strict=True))
    if not wakeup.wired():
        # A process without a wire (a command, a test) says it inside the transaction: slower, and seldom.
        await driver.execute(NOTIFY, wakeup.CHANNEL, ",".join(topics))


@event.listens_for(Session, "after_transaction_create")
def _note_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(MARKS, {})[transaction] = len(session.info.get(FACTS, ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    marks = session.info.get(MARKS, {})
    ended: SessionTransaction | None = transaction
    while ended is not None and ended not in marks:  # a flush that failed takes its savepoint with it
        ended = ended.parent
    if facts := session.info.get(FACTS):
        del facts[marks.get(ended, 0) :]


@event.listens_for(Session, "after_transaction_end")
def _forget_savepoints(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(MARKS, None)
