import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from rose.supervisor import leftovers
from rose.supervisor.errors import CannotRun
from rose.supervisor.ports import free_port
from rose.supervisor.postgres import Postgres
from rose.supervisor.valkey import Valkey
from tests.rose.up_process import ROOT

START = "import sys; from pathlib import Path; from rose.supervisor.postgres import Postgres as P; "
START += "p = P(Path(sys.argv[1])); p.start(); print(p.port, flush=True); sys.stdin.read()"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "home")
    yield server
    server.stop()


async def run(server: Postgres, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(server.url(driver="postgresql"))
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def kill(server: Postgres) -> None:
    assert server._child
    server._child.kill()
    server._child.wait(10)


def port_of_a_killed_owner(home: Path) -> int:
    command = [sys.executable, "-c", START, str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        port = int(owner.stdout.readline())
        owner.kill()
    return port


async def test_a_committed_row_outlives_a_killed_server(server: Postgres) -> None:
    server.start()
    await run(server, "CREATE TABLE loaves AS SELECT 7 AS count")

    kill(server)
    server.start()

    assert (await run(server, "SELECT count FROM loaves"))[0]["count"] == 7


async def test_a_server_outlives_its_killed_owner_and_is_taken_over(server: Postgres) -> None:
    port = port_of_a_killed_owner(server.home)

    server.start()

    assert (server.port, server.adopted) == (port, True)
    assert await run(server, "SELECT 1")


def test_a_survivor_moves_to_the_port_that_is_asked_for(server: Postgres) -> None:
    server.start()
    successor = Postgres(server.home, port=free_port())

    successor.start()

    assert successor.alive()
    assert not server.alive()
    successor.stop()


async def test_a_number_in_the_pid_file_that_belongs_to_a_stranger_is_no_obstacle(server: Postgres) -> None:
    server.start()
    kill(server)
    leftovers.clear(server.data, patience=10)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n1\n\n\n")

    server.start()

    assert await run(server, "SELECT 1")


async def test_the_role_of_the_site_owns_its_database_and_is_no_superuser(server: Postgres) -> None:
    server.start()

    for extension in ("btree_gist", "pg_trgm", "unaccent", "citext"):
        await run(server, f"CREATE EXTENSION {extension}")

    assert not (await run(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))[0]["rolsuper"]


def test_two_servers_run_beside_each_other(server: Postgres, tmp_path: Path) -> None:
    other = Postgres(tmp_path / "other")

    server.start(fsync=False)
    other.start(fsync=False)

    assert server.alive()
    assert other.alive()
    assert server.port != other.port
    other.stop()


def test_an_initialisation_that_was_killed_starts_afresh(server: Postgres) -> None:
    half = server.home / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    server.start(fsync=False)

    assert server.alive()


def test_data_of_another_major_version_is_refused_and_left_alone(server: Postgres) -> None:
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(CannotRun, match=r"PostgreSQL 17.*pg_upgrade"):
        server.start()

    assert [path.name for path in server.data.iterdir()] == ["PG_VERSION"]


def test_a_taken_port_is_named_with_its_holder_and_the_way_out(server: Postgres) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server.port = taken.getsockname()[1]

        with pytest.raises(CannotRun) as refused:
            server.start()

    assert f"Port {server.port}, needed for PostgreSQL" in refused.value.message
    assert f"(process {os.getpid()})" in refused.value.message
    assert "--port" in refused.value.message


def test_valkey_answers_only_to_its_password_and_forgets(tmp_path: Path) -> None:
    valkey = Valkey(tmp_path)
    valkey.start()

    with socket.create_connection(("127.0.0.1", valkey.port)) as stranger:
        stranger.sendall(b"PING\r\n")
        refusal = stranger.recv(100)

    assert refusal.startswith(b"-NOAUTH")
    assert valkey.alive()
    valkey.stop()
    assert {path.name for path in tmp_path.iterdir()} == {"logs", "secrets"}
