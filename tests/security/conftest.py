import io
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import structlog

from rose.supervisor.postgres import Postgres
from rose.supervisor.valkey import Valkey
from shared.browser.app import limits
from shared.browser.app.limits import Limit
from shared.db.session import use_engine
from shared.log_config.setup import setup_logging
from tests.conftest import TEMPLATE
from tests.house import settings_for
from tests.security.town import Town


@pytest.fixture(scope="session")
def town_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("town-valkey"))
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def a_town(postgres: Postgres, valkey: Valkey, home: Path, **changes: Any) -> AsyncIterator[Town]:
    name = f"town_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgres.url("postgres", driver="postgresql"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    found = Town(settings_for(postgres.url(name), home=home, redis_url=valkey.url, **changes))
    await found.settle()
    yield found
    await found.aclose()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _town(
    postgres: Postgres, town_valkey: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    async with a_town(postgres, town_valkey, tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What an app would write to its log."""
    written, root = io.StringIO(), logging.getLogger()
    kept = list(root.handlers), root.level, structlog.get_config()
    setup_logging("blog", stream=written)
    yield written
    root.handlers[:], level, config = kept
    root.setLevel(level)
    structlog.configure(**config)


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody does anything too often."""
    for name in limits.LIMITS:
        monkeypatch.setitem(limits.LIMITS, name, Limit(1_000_000, 3600))


@pytest.fixture
def town(_town: Town, unlimited: None) -> Town:
    """One for all walks through all routes: what they do is refused, or is looking."""
    use_engine(_town.engine)
    return _town
