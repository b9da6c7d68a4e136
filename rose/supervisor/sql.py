"""The few statements the supervisor runs itself, through psql: no driver has to be loaded for them."""

import os
import subprocess

from rose.supervisor.binaries import postgres_binary
from rose.supervisor.errors import CannotRun
from rose.supervisor.ports import HOST

_PROVIDE = """
SELECT format('CREATE ROLE %I LOGIN CREATEDB PASSWORD %L', :'role', :'secret')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \\gexec
"""


def ask(port: int, password: str, statement: str, *, database: str = "postgres") -> str | None:
    """The answer's first column; None when there is no server, or it is somebody else's, or not ready."""
    done = _psql(port, password, statement, database=database)
    return done.stdout.strip() if done.returncode == 0 else None


def provide(port: int, password: str, *, role: str, secret: str) -> None:
    """The role and its database of the same name, unless they are there."""
    done = _psql(port, password, f"\\set role '{role}'\n\\set secret '{secret}'\n{_PROVIDE}")
    if done.returncode:
        raise CannotRun(f"PostgreSQL did not make the database {role}: {done.stderr.strip()}")


def _psql(port: int, password: str, script: str, *, database: str = "postgres") -> subprocess.CompletedProcess[str]:
    where = (f"--host={HOST}", f"--port={port}", "--username=postgres", f"--dbname={database}")
    how = ("--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1")
    # PGHOSTADDR, PGSERVICE and the like in the operator's environment would lead elsewhere.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    env |= {"PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}
    command = (str(postgres_binary("psql")), *where, *how)
    return subprocess.run(command, env=env, input=script, capture_output=True, text=True, check=False)
