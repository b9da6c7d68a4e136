"""Real PostgreSQL, real templates, all four apps in one process. Only what leaves the machine is a fake.

Every test that asks for a database gets its own, copied from one that was migrated once: commits are real commits.
"""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.ext.asyncio import AsyncSession
from werkzeug.routing import Rule
from xdist.scheduler import LoadFileScheduling

from rose.supervisor.postgres import Postgres
from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import create_engine, open_session, use_engine
from tests.fakes.mail import MailFake
from tests.house import House, settings_for
from tests.memory import folder_in_memory

TEMPLATE = "rose_template"
JOURNEYS = "tests/journeys"


class ByFile(LoadFileScheduling):  # type: ignore[misc]  xdist has no types
    """Each file to one worker, and all journeys to one: they share a site, which takes a while to start."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deliver-twice", action="store_true", help="the house hands every event twice to each handler")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with folder_in_memory(tmp_path_factory.mktemp("postgres")) as folder:
        server = Postgres(folder)
        server.start(fsync=False)
        _migrate_template(server)
        yield server
        server.stop()


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """One for each file of tests: some flush it, stop it and start it again."""
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def database_url(postgres: Postgres) -> AsyncIterator[str]:
    name = f"t_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.url("postgres", driver="postgresql"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        yield postgres.url(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
def mail(request: pytest.FixtureRequest) -> Iterator[MailFake]:
    fake = MailFake(once=request.config.getoption("--deliver-twice"))
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, home=tmp_path)


@pytest.fixture
async def session(database_url: str) -> AsyncIterator[AsyncSession]:
    """For tests of rules alone: a session on the test's own database."""
    engine = create_engine(database_url)
    use_engine(engine)
    async with open_session() as found:
        yield found
    await engine.dispose()
    use_engine(None)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """What templates compile to, for the thousand houses of a run; each would begin anew in a home of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture(scope="session", autouse=True)
def _addresses_compile_once() -> None:
    """The same few hundred rules are registered for each house: to compile them is half of what building it takes."""
    compile_builder = Rule._compile_builder
    known: dict[Any, Any] = {}

    def remembered(self: Rule, append_unknown: bool) -> Any:
        what = repr((self.rule, self._trace, self.defaults, append_unknown))
        if what not in known:
            known[what] = compile_builder(self, append_unknown)
        return known[what]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_collected_seldom() -> None:
    """To look again and again through all that was imported takes as long as every fifth test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


@pytest.fixture
async def house(settings: Settings, compiled: BytecodeCache, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The four apps, talking to each other as they do in production, and browsers to visit them with."""
    found = House(settings)
    for app in found.apps.values():
        app.extensions["templates"].bytecode_cache = compiled
    found.deliver_twice = request.config.getoption("--deliver-twice")
    yield found
    await found.aclose()


def _migrate_template(server: Postgres) -> None:
    from alembic import command
    from alembic.config import Config

    async def create() -> None:
        admin = await asyncpg.connect(server.url("postgres", driver="postgresql"))
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
        await admin.close()

    import asyncio

    asyncio.run(create())
    config = Config("shared/alembic.ini")
    config.set_main_option("sqlalchemy.url", server.url(TEMPLATE))
    command.upgrade(config, "head")
