"""The schema brought to its head: by blog's entrypoint, by `rose migrate`, by `alembic`; one at a time."""

import asyncio
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import shared

log = structlog.get_logger("migrations")

# Whoever comes after a change that waits for its lock waits for it too: so it waits shortly, and comes again.
GENTLY = {"server_settings": {"lock_timeout": "2s"}}
LOCK_NOT_AVAILABLE = "55P03"
_TURN = 7_673_001  # any number that nothing else locks
_PAUSE = 0.2


def upgrade(database_url: str) -> None:
    """Waits for another migration to end, so that several processes may start at once. No loop may be running."""
    asyncio.run(_upgrade(database_url))


async def _upgrade(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=NullPool, connect_args=GENTLY)
    async with engine.connect() as connection:
        await _take_turn(connection)
        await _run_all(connection)
    await engine.dispose()


async def _run_all(connection: AsyncConnection) -> None:
    """When a table is in use for too long, what was done so far stays, and the rest is tried again."""
    while True:
        try:
            await connection.run_sync(_run)
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            log.warning("a table is in use; its change is tried again", statement=error.statement)
            await asyncio.sleep(_PAUSE)
        else:
            return


async def _take_turn(connection: AsyncConnection) -> None:
    """Asked for again and again: waiting inside a statement would block CREATE INDEX CONCURRENTLY."""
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:turn)"), {"turn": _TURN}):
        await connection.rollback()
        await asyncio.sleep(_PAUSE)
    await connection.commit()


def _run(connection: Connection) -> None:
    config = Config(Path(shared.__file__).parent / "alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
