"""One history for all tables. Every app's models are loaded by name; an app that is not installed is left out."""

import asyncio
import os
from importlib import import_module
from importlib.util import find_spec

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import shared.models  # noqa: F401
from shared.config import load_settings
from shared.db.base import Base
from shared.infrastructure.migrations import GENTLY

APPS = ("blog", "market", "cart", "events")

for app in APPS:
    # Guarded by looking, not by catching: a model with a mistake in it must not be left out in silence.
    if find_spec(app) and find_spec(f"{app}.models"):
        import_module(f"{app}.models")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    engine = create_async_engine(_database_url(), connect_args=GENTLY)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def _database_url() -> str:
    given = context.config.get_main_option("sqlalchemy.url")
    return given or os.environ.get("DATABASE_URL") or load_settings().database_url


if (handed_in := context.config.attributes.get("connection")) is not None:
    run(handed_in)
else:
    asyncio.run(connect_and_run())
