"""The bus's own connections: asyncpg, beside the pool. Session locks and LISTEN need a direct address, no pooler."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError

from shared.db.session import direct_url, engine

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# InternalClientError: what a driver says that was asked while its server died.
TROUBLES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, DBAPIError)

# What is said past SQLAlchemy's own statements when the connection is gone.
_GONE = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, AsyncAdapt_asyncpg_dbapi.Error)

_SETTINGS = {
    "timezone": "UTC",
    # What is lost with the last milliseconds before a crash is said or done again, which both users allow.
    "synchronous_commit": "off",
    # A host that vanished without a word gives its locks back after some ten seconds.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


async def connect(name: str, **settings: str) -> Connection:
    source = engine()
    address = make_url(direct_url(source) or source.url)
    _, options = source.dialect.create_connect_args(address)
    for ours in ("prepared_statement_cache_size", "prepared_statement_name_func"):
        options.pop(ours, None)
    told = _SETTINGS | settings | {"application_name": name}
    return await asyncpg.connect(**options, timeout=5, server_settings=told)


class ConnectionLost(ConnectionError):
    """A session's connection went away in the middle of something."""


@contextmanager
def may_be_lost() -> Iterator[None]:
    """Around what goes past SQLAlchemy's statements, in whose place it tells that the connection is gone."""
    try:
        yield
    except _GONE as error:
        raise ConnectionLost from error


async def begin(adapted: Any) -> Connection:
    """The asyncpg connection below SQLAlchemy's, in a transaction: SQLAlchemy begins one with its first own statement.

    Raises ConnectionLost.
    """
    if adapted._transaction is None:  # noqa: SLF001
        with may_be_lost():
            await adapted._start_transaction()  # noqa: SLF001
    connection: Connection = adapted.driver_connection
    return connection


@asynccontextmanager
async def connected(name: str) -> AsyncIterator[Connection]:
    connection = await connect(name)
    try:
        yield connection
    finally:
        await close(connection)


async def close(connection: Connection) -> None:
    with suppress(*TROUBLES, asyncio.TimeoutError):
        await connection.close(timeout=1)
