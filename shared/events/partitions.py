"""The log in pieces of a million ids. Old pieces are dropped whole: no DELETE, no vacuum."""

from datetime import timedelta

import structlog

from shared.events.connection import Connection

log = structlog.get_logger("events")

MILLION = 1_000_000
AHEAD = 3
RETENTION = timedelta(days=30)

HEAD = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('domain_events', 'id')::regclass), 0)"
ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('rose-bus-partitions', 0))"
PIECES = """
    SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''?(\\d+)'))[1]::bigint AS up_to
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'domain_events'::regclass ORDER BY up_to NULLS LAST
"""
IN_THE_REST = "SELECT coalesce(max(id) + 1, 0) FROM event_log.p_rest"
READ_UP_TO = "SELECT coalesce(min(pos), 0) FROM event_cursors"
# The last one written stands for the newest, and is found by its id; max(created_at) would read the whole piece.
NEWEST = """
    SELECT now() - created_at FROM domain_events WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 1
"""


async def make_ahead(connection: Connection, known: int) -> int:
    """Three empty pieces are always ready; returns where the last one ends.

    Made beside the log and attached, so that nobody waits for long. Nothing is asked twice when `known`,
    what was returned before, is still far ahead.
    """
    head: int = await connection.fetchval(HEAD)
    if head + AHEAD * MILLION <= known:
        return known
    bounds = [row["up_to"] for row in await connection.fetch(PIECES) if row["up_to"]]
    top = max(bounds, default=0)
    while top < head + AHEAD * MILLION:
        top = await _make(connection, top)
    return top


async def _make(connection: Connection, top: int) -> int:
    async with connection.transaction():
        if not await connection.fetchval(ONE_AT_A_TIME):
            return top + (AHEAD + 1) * MILLION
        # What went into the safety net stays there: the next piece begins above it.
        rest: int = await connection.fetchval(IN_THE_REST)
        first = max(top, rest)
        last = (first // MILLION + 1) * MILLION
        name = f"event_log.p{first // MILLION:06}" + ("" if first % MILLION == 0 else f"_{first % MILLION}")
        await connection.execute("SET LOCAL lock_timeout = '1s'")
        await connection.execute(f"CREATE TABLE {name} (LIKE domain_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        await connection.execute(
            f"ALTER TABLE domain_events ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})"
        )
    return last


async def drop_old(connection: Connection) -> None:
    """A piece goes when every cursor has passed it and its newest event is older than the retention."""
    read_up_to = await connection.fetchval(READ_UP_TO)
    first = 0
    for row in await connection.fetch(PIECES):
        name, last = row["relname"], row["up_to"]
        if last is None or last - 1 > read_up_to:
            return
        age = await connection.fetchval(NEWEST, first, last)
        if age is None or age > RETENTION:
            await _drop(connection, name)
        first = last


async def _drop(connection: Connection, name: str) -> None:
    async with connection.transaction():
        if await connection.fetchval(ONE_AT_A_TIME):
            await connection.execute("SET LOCAL lock_timeout = '1s'")
            await connection.execute(f"DROP TABLE event_log.{name}")
            log.info("dropped a piece of the event log", piece=name)
