"""One handler's trouble with one event: retried with back-off and full jitter, then kept as dead.

Statements go to an asyncpg connection: the bus's own, or the one below a session (see `driver`).
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.bus import Registration
from shared.events.connection import Connection, begin
from shared.utils import hide_people

log = structlog.get_logger("events")

MAX_ATTEMPTS = 10
BASE = timedelta(seconds=1)
CAP = timedelta(minutes=30)

WRITE = """
    INSERT INTO event_deliveries (handler, event_id, consumer, lane, key, state, attempts, next_at, error, event)
    SELECT $1, e.id, $2, $3, e.key, $4, $5, now() + $6, $7, to_jsonb(e) - 'xid' FROM domain_events e WHERE e.id = $8
    ON CONFLICT (handler, event_id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
        next_at = excluded.next_at, error = excluded.error WHERE event_deliveries.state = 'dead'
"""
# What is being tried just now ($3, $4) is not due.
DUE = """
    SELECT event_id AS id, handler, attempts, (event ->> 'event_id')::uuid AS event_id, event ->> 'type' AS type,
           (event ->> 'version')::smallint AS version, key, event -> 'payload' AS payload,
           nullif(event -> 'meta', 'null') AS meta
    FROM event_deliveries
    WHERE consumer = $1 AND lane = $2 AND state = 'retry' AND next_at <= now()
    AND (handler, event_id) NOT IN (SELECT * FROM unnest($3::text[], $4::bigint[]))
    ORDER BY next_at, event_deliveries.event_id LIMIT 100
"""
NEXT_DUE = """
    SELECT extract(epoch FROM min(next_at) - now())::float8 FROM event_deliveries
    WHERE consumer = $1 AND lane = $2 AND state = 'retry'
    AND (handler, event_id) NOT IN (SELECT * FROM unnest($3::text[], $4::bigint[]))
"""
BLOCKED = """
    SELECT DISTINCT handler, key FROM event_deliveries
    WHERE consumer = $1 AND lane = $2 AND state IN ('retry', 'parked') AND key IS NOT NULL
"""
CLAIM = """
    SELECT true FROM event_deliveries WHERE handler = $1 AND event_id = $2 AND state = 'retry'
    FOR UPDATE SKIP LOCKED
"""
SUCCEED = "DELETE FROM event_deliveries WHERE handler = $1 AND event_id = $2"
FAIL = """
    UPDATE event_deliveries SET attempts = attempts + 1, error = $3, next_at = now() + $4,
        state = CASE WHEN attempts + 1 >= $5 THEN 'dead' ELSE 'retry' END
    WHERE handler = $1 AND event_id = $2 RETURNING state
"""
NEXT_OF_KEY = """
    UPDATE event_deliveries SET state = 'retry', next_at = now()
    WHERE handler = $1 AND state = 'parked' AND event_id = (
        SELECT min(event_id) FROM event_deliveries
        WHERE handler = $1 AND key = $2 AND state IN ('retry', 'parked'))
"""
# Of each line of one key the first is tried, whoever was before it and is gone.
RELEASE = """
    UPDATE event_deliveries d SET state = 'retry', next_at = now()
    WHERE state = 'parked' AND NOT EXISTS (
        SELECT FROM event_deliveries e WHERE e.handler = d.handler AND e.key = d.key
        AND e.state IN ('retry', 'parked') AND e.event_id < d.event_id)
"""
KEY_WAITS = "SELECT EXISTS (SELECT FROM event_deliveries WHERE handler = $1 AND key = $2 AND state <> 'dead')"


@dataclass(frozen=True)
class Trouble:
    """To be written down: with an error a failure, without one it waits behind an earlier one of its key."""

    registration: Registration
    event_id: int
    error: Exception | None = None

    async def write(self, connection: Connection) -> None:
        failed = self.error is not None
        found = self.registration
        if failed:
            log.warning("handler failed", handler=found.name, event_id=self.event_id, error=told(self.error))
        await connection.execute(
            WRITE,
            found.name,
            found.consumer,
            found.lane,
            "retry" if failed else "parked",
            1 if failed else 0,
            backoff(1) if failed else timedelta(),
            told(self.error) if failed else "",
            self.event_id,
        )


def told(error: Exception | None) -> str:
    return hide_people(repr(error))


def backoff(attempts: int) -> timedelta:
    longest: timedelta = min(CAP, BASE * 2**attempts)
    return random.random() * longest


async def write_all(connection: Connection, troubles: Iterable[Trouble]) -> None:
    for trouble in troubles:
        await trouble.write(connection)


async def claim(connection: Connection, delivery: asyncpg.Record) -> bool:
    return bool(await connection.fetchval(CLAIM, delivery["handler"], delivery["id"]))


async def settle(connection: Connection, delivery: asyncpg.Record, error: Exception | None) -> bool:
    """What became of another try. True when nothing of this key waits any more."""
    handler, event_id, key = delivery["handler"], delivery["id"], delivery["key"]
    if error is None:
        await connection.execute(SUCCEED, handler, event_id)
    else:
        log.warning("delivery failed", handler=handler, event_id=event_id, error=told(error))
        wait = backoff(delivery["attempts"] + 1)
        state = await connection.fetchval(FAIL, handler, event_id, told(error), wait, MAX_ATTEMPTS)
        if state == "retry":
            return False
    if key is None:
        return True
    await connection.execute(NEXT_OF_KEY, handler, key)
    return not await connection.fetchval(KEY_WAITS, handler, key)


async def driver(session: AsyncSession) -> Connection:
    """The asyncpg connection below a session, inside the session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return await begin(raw.dbapi_connection)
