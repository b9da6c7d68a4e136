"""Cheap questions that spare the second start the two Python processes of the first."""

from pathlib import Path

import shared
from rose.supervisor.postgres import Postgres

# Migrations are numbered, and their files named by revision.
_MIGRATIONS = Path(shared.__file__).parent / "alembic" / "versions"


def is_migrated(postgres: Postgres) -> bool:
    """In doubt no: migrating again does nothing."""
    newest = max((path.stem for path in _MIGRATIONS.glob("*.py")), default="")
    return postgres.ask("SELECT version_num FROM alembic_version") == newest


def is_populated(postgres: Postgres) -> bool:
    return postgres.ask("SELECT EXISTS (SELECT FROM users)") == "t"
