"""What was taken from outside is remembered in pieces of a week, and forgotten whole after a month."""

from datetime import UTC, datetime, timedelta

from shared.events.connection import Connection
from shared.events.partitions import PATIENCE

RETENTION = timedelta(days=30)
WEEK = timedelta(days=7)
AHEAD = 2

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('rose-inbox-pieces', 0))"
PIECES = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event_inbox'::regclass ORDER BY 1
"""


async def make_ahead(connection: Connection, *, now: datetime | None = None) -> None:
    """This week's piece and the next two are there. Made beside the table and attached, so that nobody waits."""
    today = _midnight(now)
    monday = today - timedelta(days=today.weekday())
    async with connection.transaction():
        await connection.execute(ONE_AT_A_TIME)
        known = await _known(connection)
        for number in range(AHEAD + 1):
            first = monday + number * WEEK
            if (name := f"inbox_{first:%Y%m%d}") not in known:
                await _make(connection, name, first)


async def drop_old(connection: Connection, *, now: datetime | None = None) -> None:
    """Pieces whose last day is long past go. Raises LockNotAvailableError while somebody reads them."""
    async with connection.transaction():
        await connection.execute(ONE_AT_A_TIME)
        await connection.execute(PATIENCE)
        for name in await _known(connection):
            if _ends(name) < _midnight(now) - RETENTION:
                await connection.execute(f"LOCK TABLE event_log.{name} IN ACCESS EXCLUSIVE MODE")
                await connection.execute(f"DROP TABLE event_log.{name}")


async def _known(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(PIECES)]


async def _make(connection: Connection, name: str, first: datetime) -> None:
    await connection.execute(
        f"CREATE TABLE event_log.{name} (LIKE event_inbox INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
    )
    await connection.execute(
        f"ALTER TABLE event_inbox ATTACH PARTITION event_log.{name} "
        f"FOR VALUES FROM ('{first.isoformat()}') TO ('{(first + WEEK).isoformat()}')"
    )


def _midnight(now: datetime | None) -> datetime:
    return (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)


def _ends(name: str) -> datetime:
    return datetime.strptime(name, "inbox_%Y%m%d").replace(tzinfo=UTC) + WEEK
