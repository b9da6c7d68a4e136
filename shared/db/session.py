"""Sessions. Nobody else opens one, and only this file and the request middleware commit."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import Engine, Row, Select, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from shared.db.last_words import TalkingConnection

Ts = TypeVarTuple("Ts")

_engine: AsyncEngine | None = None
# Made once: another one for each request is a tenth of a page.
_sessions: dict[bool, async_sessionmaker[AsyncSession]] | None = None


class Patience(NamedTuple):
    """How long a statement may take, and how long a transaction may lie idle between two of them."""

    statement: str
    idle: str


# While somebody waits for a page: what takes longer is a fault, not work.
FOR_PAGES = Patience("2s", "10s")
# While somebody waits for a command, which reads files and draws pictures in between.
FOR_COMMANDS = Patience("30s", "10min")


class NoDatabase(RuntimeError):
    """Yet: create_base_app() or use_engine() comes first."""


class WroteWhileReading(RuntimeError):
    """A GET tried to change something: only POST, PUT and DELETE may."""


def create_engine(
    database_url: str, *, pool_size: int = 5, direct_url: str | None = None, patience: Patience = FOR_PAGES
) -> AsyncEngine:
    """Whoever needs more `patience` sets it for one transaction.

    `direct_url` says that a pooler stands before `database_url` which gives each transaction another connection.

    Then nothing is kept on a connection: no prepared statement, no setting, and every statement is in a transaction.
    """
    found = create_async_engine(
        database_url,
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=2,
        # What goes wrong is written into the log: not with whose row it went wrong.
        hide_parameters=True,
        connect_args=_POOLED if direct_url else _direct(patience),
        execution_options={"direct_url": direct_url} if direct_url else {},
    )
    event.listen(found.sync_engine, "checkout", _refuse_closed)
    return found


def _direct(patience: Patience) -> dict[str, Any]:
    return {
        "connection_class": TalkingConnection,
        "server_settings": {
            "timezone": "UTC",
            "statement_timeout": patience.statement,
            "lock_timeout": "1s",
            "idle_in_transaction_session_timeout": patience.idle,
        },
    }


_POOLED: dict[str, Any] = {
    "server_settings": {"timezone": "UTC"},
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}


def direct_url(engine: AsyncEngine | Engine) -> str | None:
    """Where PostgreSQL itself listens, when the engine's own address is a pooler's."""
    found: str | None = engine.get_execution_options().get("direct_url")
    return found


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """The driver knows when the server has gone; asking the server each time costs three round trips a page."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def use_engine(engine: AsyncEngine | None) -> None:
    """Set by the app factory, the command line and the tests: one database a process."""
    global _engine, _sessions  # noqa: PLW0603
    _engine = engine
    _sessions = None if engine is None else _makers(engine)


def engine() -> AsyncEngine:
    if _engine is None:
        raise NoDatabase
    return _engine


@asynccontextmanager
async def get_session(*, read_only: bool = False) -> AsyncIterator[AsyncSession]:
    """A session that nobody commits. Reading ones run outside a transaction (AUTOCOMMIT) and refuse to write."""
    async with open_session(read_only=read_only) as session:
        yield session


def open_session(*, read_only: bool = False) -> AsyncSession:
    if _sessions is None:
        raise NoDatabase
    return _sessions[read_only]()


def _makers(engine: AsyncEngine) -> dict[bool, async_sessionmaker[AsyncSession]]:
    """By whether they only read."""
    alone: dict[str, Any] = {"postgresql_readonly": True} if direct_url(engine) else {"isolation_level": "AUTOCOMMIT"}
    binds = {False: engine, True: engine.execution_options(**alone)}
    return {
        reads: async_sessionmaker(bind, expire_on_commit=False, info={"read_only": reads})
        for reads, bind in binds.items()
    }


async def fetch_rows(session: AsyncSession, query: Select[*Ts]) -> Sequence[Row[*Ts]]:
    """For lists: past the session's own work, which is for entities."""
    return (await (await session.connection()).execute(query)).all()


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One unit of work outside a request: committed at the end, rolled back when anything is raised."""
    async with open_session() as session, session.begin():
        yield session


@event.listens_for(Session, "before_flush")
def _no_flush_while_reading(session: Session, _: UOWTransaction, __: Any) -> None:
    if session.info.get("read_only") and (session.new or session.dirty or session.deleted):
        raise WroteWhileReading


@event.listens_for(Session, "do_orm_execute")
def _no_statement_while_reading(state: ORMExecuteState) -> None:
    if state.session.info.get("read_only") and (state.is_insert or state.is_update or state.is_delete):
        raise WroteWhileReading


def let_go(session: AsyncSession, row: object) -> None:
    """Of a row whose changes are refused: or the next question, for the page that says so, would write them down."""
    if row in session:
        session.expunge(row)
