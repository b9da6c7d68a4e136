"""The data directory: made once, in one step, and never opened by another major version."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rose.supervisor.account import RunAs, run_as
from rose.supervisor.binaries import postgres_binary, postgres_major
from rose.supervisor.disk import require_space, without_space
from rose.supervisor.errors import CannotRun

_ADMIN = "postgres"
# Read after postgresql.conf and before postgresql.auto.conf, so ALTER SYSTEM still has the last word.
_SETTINGS = """\
# Written by rose at every start; change settings with ALTER SYSTEM instead.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
jit = off
log_statement = none
log_min_duration_statement = -1
log_checkpoints = off
logging_collector = off
"""


def prepare(data: Path, *, password: str) -> RunAs:
    """The data directory ready for a server to start, and the account to start it as."""
    if (data / "PG_VERSION").exists():
        _require_same_major(data)
    else:
        _create(data, password)
    account = run_as(data, program=postgres_binary())
    _write_settings(data)
    return account


def _require_same_major(data: Path) -> None:
    written = (data / "PG_VERSION").read_text().strip()
    if written == str(postgres_major()):
        return
    raise CannotRun(
        f"{data} was written by PostgreSQL {written}, and this is PostgreSQL {postgres_major()}. "
        f"Bring it over with {postgres_binary('pg_upgrade')}, or choose another ROSE_HOME."
    )


def _create(data: Path, password: str) -> None:
    """Made beside its place and renamed: a start killed half-way leaves nothing that looks like data."""
    require_space(data.parent)
    part = data.with_name(f"{data.name}.new")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    account = run_as(part, program=postgres_binary())
    _initdb(part, account, password)
    with (part / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude_if_exists = 'rose.conf'\n")
    part.rename(data)


def _initdb(data: Path, account: RunAs, password: str) -> None:
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    with _password_file(password, data) as pwfile:
        access = (f"--username={_ADMIN}", "--auth=scram-sha-256", f"--pwfile={pwfile}")
        done = account.run(postgres_binary("initdb"), f"--pgdata={data}", *locale, *access)
    if done.returncode:
        raise CannotRun(
            without_space(done.stderr, data.parent) or f"initdb could not make {data}: {done.stderr.strip()}"
        )


@contextmanager
def _password_file(password: str, data: Path) -> Iterator[Path]:
    """Only from a file does initdb read it, and as the account that owns the data directory."""
    owner = data.stat()
    with tempfile.NamedTemporaryFile("w", prefix="rose-") as file:
        file.write(password)
        file.flush()
        if os.geteuid() == 0:
            os.chown(file.name, owner.st_uid, owner.st_gid)
        yield Path(file.name)


def _write_settings(data: Path) -> None:
    path = data / "rose.conf"
    if path.exists() and path.read_text() == _SETTINGS:
        return
    path.write_text(_SETTINGS)
    path.chmod(0o644)
