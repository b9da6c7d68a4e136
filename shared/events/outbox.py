"""Facts wait in `session.info`; one hook before the commit writes them all, in one statement.

It goes straight to the session's asyncpg connection, past SQLAlchemy's statement machinery. A single fact goes out
in one message with the COMMIT; a transaction of facts alone goes with those of others (see gathering.py). A
savepoint that is rolled back takes its facts with it.
"""

from typing import Any

from sqlalchemy import Connection as Begun
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import await_only

from shared.db.last_words import TalkingConnection, literal
from shared.db.session import WroteWhileReading, direct_url
from shared.events import wakeup
from shared.events.connection import Connection, begin, may_be_lost
from shared.events.gathering import gathering
from shared.events.pending import Pending

FACTS, MARKS, BEGUN, SAID = "facts", "facts_before_savepoint", "begun", "said_at_commit"

ONE = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
ONE_TYPES, EMIT = "uuid, text, smallint, text, text, jsonb, jsonb", "rose_emit"
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


def put(session: Session, fact: Pending) -> None:
    if session.info.get("read_only"):
        raise WroteWhileReading
    # As with any work in a session, a transaction has begun: so there is one that can be rolled back.
    if not session.in_transaction():
        session.begin()
    session.info.setdefault(FACTS, []).append(fact)


def has_facts(session: AsyncSession) -> bool:
    return bool(session.info.get(FACTS))


@event.listens_for(Session, "after_begin")
def _note_connection(session: Session, _: SessionTransaction, connection: Begun) -> None:
    session.info[BEGUN] = connection


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if not session.info.get(FACTS) or session.in_nested_transaction():
        return
    # First what the fact is about, so that no id is drawn long before the commit: readers wait for such holes.
    session.flush()
    facts: list[Pending] = session.info.pop(FACTS)
    later = [fact for fact in facts if fact.at]
    topics = ("events", "schedule") if later else ("events",)
    wakeup.wake_after_commit(session, *topics)
    pool = session.get_bind() if BEGUN not in session.info else None
    if isinstance(pool, Engine) and not later and wakeup.wired() and not direct_url(pool):
        await_only(gathering(pool, write_now).add(pool, facts))
    elif not (len(facts) == 1 and not later and _say_at_commit(session, facts[0])):
        await_only(_send(session.connection().connection, facts, topics))


def _say_at_commit(session: Session, fact: Pending) -> bool:
    """Without a round trip of its own. False when this connection, or this fact, cannot."""
    driver = driver_of(session)
    if not (isinstance(driver, TalkingConnection) and driver.is_in_transaction() and wakeup.wired()):
        return False
    event_id, kind, version, source, key, payload, meta, _ = fact
    if key is not None and "\0" in key:
        return False
    if not driver.knows(EMIT):
        await_only(driver.learn(EMIT, ONE_TYPES, ONE))
    about = f"'{event_id}',{literal(kind)},{version},{literal(source)},{literal(key)}"
    driver.say_at_commit(EMIT, f"{about},{literal(payload)},{literal(meta)}")
    session.info[SAID] = driver
    return True


def driver_of(session: Session) -> Any:
    """The asyncpg connection below the session's transaction."""
    return (session.info.get(BEGUN) or session.connection()).connection.driver_connection


async def _send(connection: PoolProxiedConnection, facts: list[Pending], topics: tuple[str, ...]) -> None:
    driver = await begin(connection.dbapi_connection)
    with may_be_lost():
        await write_now(driver, [fact for fact in facts if fact.at is None])
        if later := [fact for fact in facts if fact.at]:
            await driver.execute(LATER, *zip(*later, strict=True))
        if not wakeup.wired():
            # A process without a wire (a command, a test) says it inside the transaction: slower, and seldom.
            await driver.execute(NOTIFY, wakeup.CHANNEL, ",".join(topics))


async def write_now(driver: Connection, facts: list[Pending]) -> None:
    if len(facts) == 1:
        await driver.execute(ONE, *facts[0][:7])
    elif facts:
        await driver.execute(MANY, *list(zip(*facts, strict=True))[:7])


@event.listens_for(Session, "after_commit")
def _check_that_it_was_said(session: Session) -> None:
    if SAID in session.info and not session.in_nested_transaction():
        session.info.pop(SAID).was_heard()


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
def _forget_all(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        for kept in (FACTS, MARKS, BEGUN, SAID):
            session.info.pop(kept, None)
