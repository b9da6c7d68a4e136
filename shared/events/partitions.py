"""The log in pieces of a million ids. Old pieces are dropped whole: no DELETE, no vacuum."""

from datetime import timedelta

import structlog

from shared.events.connection import Connection

log = structlog.get_logger("events")

# Whoever emits waits behind whoever waits for a piece: so nobody waits for one longer than this.
PATIENCE = "SET LOCAL lock_timeout = '50ms'"
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
REST_IS_OLD = "SELECT max(id) <= $1 AND max(created_at) < now() - $2::interval FROM event_log.p_rest"


async def make_ahead(connection: Connection) -> int:
    """Three empty pieces are always ready; returns up to which id of the log's head that is so.

    Made beside the log and attached, so that nobody waits for long. Raises LockNotAvailableError while somebody (a
    backup) reads the safety net.
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
        await connection.execute(PATIENCE)
        await connection.execute(f"CREATE TABLE {name} (LIKE domain_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        await connection.execute(
            f"ALTER TABLE domain_events ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({last})"
        )
    return last


async def drop_old(connection: Connection) -> None:
    """A piece goes when every cursor has passed it and its newest event is older than the retention.

    The safety net stays, and is emptied by the same rule. Raises LockNotAvailableError while somebody reads there.
    (DETACH CONCURRENTLY would wait for nobody, but PostgreSQL does not allow it beside a default piece.)
    """
    *pieces, rest = await connection.fetch(PIECES)
    first = 0
    for row in pieces:
        if row["up_to"] - 1 > row["read_up_to"]:
            break
        age = await connection.fetchval(NEWEST, first, row["up_to"])
        if age is None or age > RETENTION:
            await _drop(connection, row["relname"])
        first = row["up_to"]
    if await connection.fetchval(REST_IS_OLD, rest["read_up_to"], RETENTION):
        await _empty_rest(connection, rest["read_up_to"])


async def _drop(connection: Connection, name: str) -> None:
    async with connection.transaction():
        if await connection.fetchval(ONE_AT_A_TIME):
            await connection.execute(PATIENCE)
            # First the piece, which nobody needs: DROP would take the whole log, and then wait for it.
            await connection.execute(f"LOCK TABLE event_log.{name} IN ACCESS EXCLUSIVE MODE")
            await connection.execute(f"DROP TABLE event_log.{name}")
            log.info("dropped a piece of the event log", piece=name)


async def _empty_rest(connection: Connection, read_up_to: int) -> None:
    async with connection.transaction():
        await connection.execute(PATIENCE)
        await connection.execute("LOCK TABLE event_log.p_rest IN ACCESS EXCLUSIVE MODE")
        # Once more, now that nobody can write there.
        if await connection.fetchval(REST_IS_OLD, read_up_to, RETENTION):
            await connection.execute("TRUNCATE event_log.p_rest")
