"""What was taken from outside is remembered in pieces of a week, and forgotten whole after a month."""

from datetime import UTC, datetime, timedelta

from shared.events.connection import Connection

RETENTION = timedelta(days=30)
WEEK = timedelta(days=7)
AHEAD = 2

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('rose-inbox-pieces', 0))"
PIECES = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'event_inbox'::regclass ORDER BY 1
"""


async def tidy(connection: Connection, *, now: datetime | None = None) -> None:
    """This week's piece and the next two are there; those whose last day is long past are gone."""
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    async with connection.transaction():
        await connection.execute(ONE_AT_A_TIME)
        await connection.execute("SET LOCAL lock_timeout = '3s'")
        known = [row["relname"] for row in await connection.fetch(PIECES)]
        for name, first in _wanted(monday):
            if name not in known:
                await connection.execute(
                    f"CREATE TABLE event_log.{name} PARTITION OF event_inbox "
                    f"FOR VALUES FROM ('{first.isoformat()}') TO ('{(first + WEEK).isoformat()}')"
                )
        for name in known:
            if _ends(name) < today - RETENTION:
                await connection.execute(f"DROP TABLE event_log.{name}")


def _wanted(monday: datetime) -> list[tuple[str, datetime]]:
    weeks = [monday + number * WEEK for number in range(AHEAD + 1)]
    return [(f"inbox_{first:%Y%m%d}", first) for first in weeks]


def _ends(name: str) -> datetime:
    return datetime.strptime(name, "inbox_%Y%m%d").replace(tzinfo=UTC) + WEEK
