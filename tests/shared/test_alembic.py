"""One history, one head, both ways; and the models say what the migrations do."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.base import Base

ROOT = Path(__file__).parents[2]


def alembic(url: str, *words: str, cwd: Path = ROOT, ini: str = "shared/alembic.ini") -> None:
    command = [sys.executable, "-m", "alembic", "-c", ini, *words]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_there_is_a_single_head() -> None:
    scripts = ScriptDirectory.from_config(Config(ROOT / "shared/alembic.ini"))

    assert len(scripts.get_heads()) == 1


async def test_models_and_migrations_agree(database_url: str) -> None:
    for app in ("blog", "market", "cart", "events"):
        import_module(f"{app}.models")

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


@pytest.mark.parametrize(("cwd", "ini"), [(".", "shared/alembic.ini"), ("cart", "../shared/alembic.ini")])
def test_down_to_nothing_and_up_again(database_url: str, cwd: str, ini: str) -> None:
    alembic(database_url, "downgrade", "base", cwd=ROOT / cwd, ini=ini)

    alembic(database_url, "upgrade", "head", cwd=ROOT / cwd, ini=ini)
