"""The log in pieces of a million ids. Old pieces are dropped whole: no DELETE, no vacuum."""

from datetime import timedelta

import structlog

from shared.events.connection import Connection

log = structlog.get_logger("events")

MILLION = 1_000_000
AHEAD = 3
RETENTION = timedelta(days=30)

HEAD = "coalesce(pg_sequence_last_value(pg_get_serial_sequence('domain_events', 'id')::regclass), 0)"
ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('rose-bus-partitions', 0))"
PIECES = f"""
    SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \\(''?(\\d+)'))[1]::bigint AS up_to,
           {HEAD} AS head, (SELECT coalesce(min(pos), 0) FROM event_cursors) AS read_up_to
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'domain_events'::regclass ORDER BY up_to NULLS LAST
"""  # noqa: S608  HEAD is the line above.
IN_THE_REST = "SELECT coalesce(max(id) + 1, 0) FROM event_log.p_rest"
# The last one written stands for the newest, and is found by its id; max(created_at) would read the whole piece.
NEWEST = """
    SELECT now() - created_at FROM domain_events WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 1
"""


async def make_ahead(connection: Connection) -> int:
    """Three empty pieces are always ready; returns up to which id of the log's head that is so.

    Made beside the log and attached, so that nobody waits for long.
    """
    pieces = await connection.fetch(PIECES)
    wanted = pieces[0]["head"] + AHEAD * MILLION
    top: int = max((piece["up_to"] for piece in pieces if piece["up_to"]), default=0)
    while top < wanted:
        top = await _make(connection, top)
    return top - AHEAD * MILLION


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
    first = 0
    for row in await connection.fetch(PIECES):
        name, last = row["relname"], row["up_to"]
        if last is None or last - 1 > row["read_up_to"]:
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
