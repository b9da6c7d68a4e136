"""The right to read on for one app: a session lock, held by the very connection that reads.

When its holder dies, however suddenly, the socket closes, PostgreSQL frees the lock and the next in line has it
within milliseconds. The epoch in the cursor's row is the fence: a holder that only thinks it still is one can
move no cursor, and what it did in the same transaction is undone.
"""

import asyncio
from dataclasses import dataclass

import asyncpg

from shared.db.last_words import TalkingConnection, literal
from shared.events.connection import Connection, close, connect

# As long as one waits in line, its snapshot holds up vacuum: so it stands up and queues again.
PATIENCE = "10s"
LOCK = "SELECT pg_advisory_lock(hashtextextended('rose-bus:' || $1, 0))"
TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('rose-bus:' || $1, 0))"
TAKE = """
    INSERT INTO event_cursors AS c (consumer, lane, epoch) VALUES ($1, $2, 1)
    ON CONFLICT (consumer, lane) DO UPDATE SET epoch = c.epoch + 1 RETURNING pos, epoch, paused
"""
MOVE = "UPDATE event_cursors SET pos = $1 WHERE consumer = $2 AND lane = $3 AND epoch = $4"
# The same as the last word before a COMMIT, where nobody reads the answer: nothing moved is an error, whose words
# no handler's own error has. The count in it keeps PostgreSQL from failing already when it plans.
LOST = "the lease on the log is lost"
MOVE_TYPES = "bigint, text, text, bigint"
MOVE_OR_FAIL = """
    WITH moved AS (
        UPDATE event_cursors SET pos = $1 WHERE consumer = $2 AND lane = $3 AND epoch = $4 RETURNING 1)
    SELECT CASE count(*) WHEN 1 THEN 1 ELSE ('the lease on the log is lost: ' || count(*))::int END FROM moved
"""


class LeaseLost(Exception):
    """Somebody else moved the cursor: another process, or an operator. Read again where it stands now."""


@dataclass
class Cursor:
    consumer: str
    lane: str
    pos: int
    epoch: int
    paused: bool

    @classmethod
    async def take(cls, connection: Connection, consumer: str, lane: str) -> "Cursor":
        """Made when there is none, then at the start of what is kept. Raises its epoch."""
        row = await connection.fetchrow(TAKE, consumer, lane)
        return cls(consumer, lane, *row)  # type: ignore[misc]

    async def move(self, connection: Connection, pos: int) -> None:
        """In the connection's transaction, if it has one. Raises LeaseLost."""
        moved = await connection.execute(MOVE, pos, self.consumer, self.lane, self.epoch)
        if moved == "UPDATE 0":
            raise LeaseLost
        self.pos = pos

    async def move_at_commit(self, connection: TalkingConnection, pos: int) -> None:
        """In one message with the COMMIT, which fails with the words LOST when the lease is."""
        if not connection.knows("rose_move"):
            await connection.learn("rose_move", MOVE_TYPES, MOVE_OR_FAIL)
        consumer, lane = literal(self.consumer), literal(self.lane)
        connection.say_at_commit("rose_move", f"{pos},{consumer},{lane},{self.epoch}")
        self.pos = pos


class Lease:
    """One connection, used by one task at a time."""

    def __init__(self, consumer: str, connection: Connection) -> None:
        self.consumer, self.connection = consumer, connection
        self.turn = asyncio.Lock()

    @classmethod
    async def wait(cls, consumer: str) -> "Lease":
        """Stands in line until it is this process's turn."""
        connection = await connect(f"rose-bus-{consumer}", lock_timeout=PATIENCE)
        try:
            while not await _got_lock(connection, consumer):
                pass
        except BaseException:
            await close(connection)
            raise
        return cls(consumer, connection)

    @classmethod
    async def get(cls, consumer: str) -> "Lease | None":
        """None when another process holds it."""
        connection = await connect(f"rose-bus-{consumer}")
        if await connection.fetchval(TRY_LOCK, consumer):
            return cls(consumer, connection)
        await close(connection)
        return None

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        async with self.turn:
            return await self.connection.fetch(query, *values)

    async def fetchval(self, query: str, *values: object) -> int:
        async with self.turn:
            found: int = await self.connection.fetchval(query, *values)
        return found

    async def aclose(self) -> None:
        await close(self.connection)


async def _got_lock(connection: Connection, consumer: str) -> bool:
    try:
        await connection.execute(LOCK, consumer)
    except asyncpg.LockNotAvailableError:
        return False
    return True
