"""While a new release starts, the one before still serves: a migration must break none of its statements.

So tables and columns are added first, then used, and what nobody uses any more goes a release later.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import create_async_engine

from shared.infrastructure.migrations import upgrade
from tests.shared.test_alembic import ROOT, alembic

# Made while there was nothing yet that served.
BEFORE_THE_FIRST_RELEASE = 11
BREAKS = {
    r"ADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b": "the old release writes rows without this column",
    r"ALTER COLUMN \S+ SET NOT NULL": "the old release may write NULL; and every row is read under a lock",
    r"ALTER COLUMN \S+ (SET DATA )?TYPE": "the whole table is written anew, and the old release knows the old type",
    r"\bRENAME\b": "the old release asks by the old name",
    r"\bDROP (COLUMN|TABLE)\b": "the old release still asks for it",
    r"\bADD (CONSTRAINT \S+ )?(FOREIGN KEY|CHECK|UNIQUE|PRIMARY KEY)(?!.*NOT VALID)": "every row is read under a lock",
    r"^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "nobody can write meanwhile: CONCURRENTLY",
}

TABLE = re.compile(r"(?i)^(?:ALTER|DROP) TABLE(?: IF EXISTS)?(?: ONLY)? (\S+)|^CREATE .*?INDEX.*? ON (\S+)")


def harm(statements: list[str]) -> list[str]:
    """What breaks or blocks the release that still serves, in tables that were there before these statements."""
    flat = [" ".join(statement.split()) for statement in statements]
    new = {made[1] for line in flat if (made := re.match(r"(?i)CREATE TABLE (?:IF NOT EXISTS )?(\S+)", line))}
    return [
        f"{line}: {reason}"
        for line in flat
        if _table(line) not in new
        for pattern, reason in BREAKS.items()
        if re.search(f"(?i){pattern}", line)
    ]


def _table(line: str) -> str | None:
    found = TABLE.search(line)
    return found and (found[1] or found[2])


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE users ADD COLUMN colour VARCHAR(10) NOT NULL",
        "ALTER TABLE users ALTER COLUMN name SET NOT NULL",
        "ALTER TABLE users ALTER COLUMN name TYPE TEXT",
        "ALTER TABLE users RENAME name TO title",
        "ALTER TABLE users RENAME TO people",
        "ALTER TABLE users DROP COLUMN name",
        "DROP TABLE users",
        "ALTER TABLE users ADD CONSTRAINT fk_users_home FOREIGN KEY(home_id) REFERENCES homes (id)",
        "CREATE UNIQUE INDEX ix_users_name ON users (name)",
    ],
)
def test_what_hurts_the_release_before_is_seen(statement: str) -> None:
    assert len(harm([statement])) == 1
    assert harm(["CREATE TABLE homes (id BIGINT)", statement.replace("users", "homes")]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE users ADD COLUMN colour VARCHAR(10)",
        "ALTER TABLE users ADD COLUMN colour VARCHAR(10) DEFAULT 'red' NOT NULL",
        "ALTER TABLE users ADD CONSTRAINT ck_users_name CHECK (name <> '') NOT VALID",
        "ALTER TABLE users VALIDATE CONSTRAINT ck_users_name",
        "CREATE INDEX CONCURRENTLY ix_users_name ON users (name)",
        "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
    ],
)
def test_what_does_not_is_let_pass(statement: str) -> None:
    assert harm([statement]) == []


async def test_no_migration_hurts_the_release_before(database_url: str) -> None:
    scripts = ScriptDirectory.from_config(Config(ROOT / "shared/alembic.ini"))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]

    statements = await _statements(database_url, revisions)

    assert len(statements[revisions[1]]) > 3
    for revision in revisions[BEFORE_THE_FIRST_RELEASE:]:
        assert harm(statements[revision]) == [], revision


async def _statements(url: str, revisions: list[str]) -> dict[str, list[str]]:
    """All that each migration says to a database that has only what came before it."""
    engine = create_async_engine(url)

    def step_by_step(connection: Connection) -> dict[str, list[str]]:
        config = Config(ROOT / "shared/alembic.ini")
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        found: dict[str, list[str]] = {}
        for revision in revisions:
            with _overheard(connection) as found[revision]:
                command.upgrade(config, revision)
        return found

    async with engine.connect() as connection:
        said = await connection.run_sync(step_by_step)
    await engine.dispose()
    return said


@contextmanager
def _overheard(connection: Connection) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        said.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield said
    event.remove(connection, "before_cursor_execute", note)


async def test_a_migration_waits_for_a_table_without_making_others_wait(database_url: str) -> None:
    plain = database_url.replace("+asyncpg", "")
    reader, other = await asyncpg.connect(plain), await asyncpg.connect(plain)
    await asyncio.to_thread(_down_one, database_url)
    try:
        async with reader.transaction():
            await reader.execute("SELECT count(*) FROM users")
            migrating = asyncio.create_task(asyncio.to_thread(upgrade, database_url))
            await _is_waiting(other)
            assert await asyncio.wait_for(other.fetchval("SELECT count(*) FROM users"), 5) == 0
        await asyncio.wait_for(migrating, 20)
        assert await other.fetchval("SELECT count(erase_at) FROM users") == 0
    finally:
        await reader.close()
        await other.close()


def _down_one(url: str) -> None:
    alembic(url, "downgrade", "0010_inbox")


async def _is_waiting(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    async with asyncio.timeout(20):
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass
