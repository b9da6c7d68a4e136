"""Facts wait in `session.info`; one hook before the commit writes them all, in one statement.

It goes straight to the session's asyncpg connection (see last_words.py). A savepoint that is rolled back takes
its facts with it.
"""

import os
import time
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import await_only

from shared.db.session import WroteWhileReading
from shared.events import wakeup
from shared.events.last_words import FEW, LastWords, Pending

FACTS, MARKS = "facts", "facts_before_savepoint"


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
    later = [fact for fact in facts if fact.at is not None]
    topics = ("events", "schedule") if later else ("events",)
    wakeup.wake_after_commit(session, *topics)
    last_words = LastWords(session.connection().connection)
    if len(facts) <= FEW and not later:
        await_only(last_words.commit_with(facts, topics))
    else:
        await_only(last_words.write([fact for fact in facts if fact.at is None], later, topics))


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
