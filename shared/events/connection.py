"""The bus's own connections: asyncpg, beside the pool. Session locks and LISTEN need a direct address, no pooler."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from shared.db.session import direct_url, engine

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# InternalClientError: what a driver says that was asked while its server died.
TROUBLES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, DBAPIError)

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
