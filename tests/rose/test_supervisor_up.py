import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from rose.supervisor.alarms import Alarms
from rose.supervisor.environment import embedded
from rose.supervisor.ports import require_free
from rose.supervisor.postgres import Postgres
from tests.rose.load import Load, SlowPost
from tests.rose.up_process import UpProcess, a_base, answers_ok

# Seconds. What is promised is five of them; a machine that runs two halves of this suite at once gets more.
PATIENCE = 15
LEASES = "SELECT pid FROM pg_stat_activity WHERE application_name = 'rose-bus-blog'"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpProcess]:
    """One for all tests here: a start is seconds. The last of them kills it."""
    process = UpProcess(tmp_path_factory.mktemp("site") / "home", a_base()).ready()
    yield process
    process.tell(signal.SIGTERM)


async def fetch(site: UpProcess, statement: str) -> list[asyncpg.Record]:
    postgres = Postgres(site.home, site.addresses.port("postgres"))
    connection = await asyncpg.connect(postgres.url(driver="postgresql"))
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def test_everything_starts_and_says_where_it_is(site: UpProcess) -> None:
    for name in ("blog", "market", "cart", "events", "mail"):
        assert answers_ok(f"{site.addresses.internal(name)}/healthz")
        assert site.addresses.public(name) in site.output
    assert {stat.S_IMODE(path.stat().st_mode) for path in (site.home / "secrets").iterdir()} == {0o600}


def test_a_second_start_is_refused_and_told_where_the_first_is(site: UpProcess) -> None:
    second = UpProcess(site.home, site.addresses.base + 100)

    assert second.wait() == 1
    assert f"already running at {site.addresses.public('blog')}" in second.output


def test_what_is_killed_comes_back(site: UpProcess) -> None:
    app, valkey = site.children("-m cart")[0], site.children("valkey-server")[0]
    server = int((site.home / "postgres" / "postmaster.pid").read_text().split()[0])

    for process in (app, valkey, server):
        os.kill(process, signal.SIGKILL)

    for name in ("cart", "valkey", "postgres"):
        site.until_said(f"{name}: answers again")
    assert answers_ok(f"{site.addresses.internal('cart')}/healthz")


def test_while_postgresql_is_away_kept_pages_stand_and_nobody_waits_long(site: UpProcess) -> None:
    blog, cart = site.addresses.public("blog"), site.addresses.public("cart")
    server, so_far = int((site.home / "postgres" / "postmaster.pid").read_text().split()[0]), len(site.said)
    with Load(f"{blog}/", f"{blog}/sign-in/", f"{blog}/posts/", f"{cart}/") as load:
        load.until_served(40)
        assert set(load.seen) == {200}

        os.kill(server, signal.SIGKILL)
        site.until_said("postgres: answers again", after=so_far)
        back = time.monotonic()
        while not all(answers_ok(url) for url in (f"{blog}/sign-in/", f"{cart}/")):
            assert time.monotonic() - back < PATIENCE
        before = load.seen.copy()
        load.until_served(60)

    assert set(load.seen) == {200, 503}
    assert load.seen[503] == before[503]
    assert load.torn == []
    assert load.slowest < PATIENCE


async def test_an_app_told_to_stop_finishes_what_it_began_and_comes_back(site: UpProcess) -> None:
    url = site.addresses.public("blog")
    old = site.children("-m blog")[0]
    holders = await fetch(site, LEASES)
    with Load(f"{url}/", f"{url}/sign-in/", f"{url}/posts/") as load:
        load.until_served(20)
        began = [SlowPost(f"{url}/sign-in/", f"email=ann{number}%40example.org") for number in range(4)]
        load.until_served(20)

        os.kill(old, signal.SIGTERM)
        site.until_gone(site.addresses.port("blog"))
        assert [post.finish() for post in began] == [303] * 4
        site.until_said("blog: ended with code 0")
        still_held = await fetch(site, LEASES)
        site.until_said("blog: answers again")
        load.until_served(20)

    assert (set(load.seen), load.torn) == ({200}, [])
    assert {row["pid"] for row in holders}.isdisjoint(row["pid"] for row in still_held)
    assert site.children("-m blog") != [old]


def test_a_taken_port_is_refused_before_anything_starts(site: UpProcess, tmp_path: Path) -> None:
    second = UpProcess(tmp_path / "other", site.addresses.base)

    assert second.wait() == 1
    assert f"Port {site.addresses.port('mail')}, needed for the mail catcher, is taken by python" in second.output
    assert not (tmp_path / "other" / "postgres").exists()


def test_each_real_service_replaces_its_embedded_one_alone() -> None:
    assert embedded({}) == {"postgres", "valkey", "mail", "sumup"}
    assert embedded({"DATABASE_URL": "postgresql+asyncpg://db/rose"}) == {"valkey", "mail", "sumup"}
    assert embedded({"SUMUP_API_KEY_FILE": "/run/key", "REDIS_URL": ""}) == {"postgres", "valkey", "mail"}


def test_the_console_shows_warnings_and_how_tracebacks_end() -> None:
    log = (
        b'{"level": "info", "event": "request"}\n{"level": "error", "event": "Payment lost", '
        b'"exception": "Traceback ...\\nKeyError: 1"}\nINFO fine\nWARNING: disk slow\n'
        b'Traceback (most recent call last):\n  File "x.py", line 1\n    boom\nValueError: no\nhello\n'
    )
    alarms = Alarms()

    shown = [line for start in range(0, len(log), 7) for line in alarms.feed(log[start : start + 7])]

    assert shown == ["Payment lost: KeyError: 1", "WARNING: disk slow", "ValueError: no"]


def test_a_command_without_a_site_says_what_to_do(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "rose", "migrate"],
        env={**environ, "ROSE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("rose: No site is running in ")


async def test_a_killed_site_leaves_no_orphans_loses_nothing_and_stops_when_told(site: UpProcess) -> None:
    await fetch(site, "CREATE TABLE loaves AS SELECT 7 AS count")

    assert site.tell(signal.SIGKILL) == -signal.SIGKILL
    for name in ("blog", "market", "cart", "events", "mail", "sumup"):
        require_free(site.addresses.port(name), name)
    again = UpProcess(site.home, site.addresses.base).ready()

    assert (await fetch(again, "SELECT count FROM loaves"))[0]["count"] == 7
    url = again.addresses.public("blog")
    with Load(f"{url}/", f"{again.addresses.public('events')}/", f"{again.addresses.public('market')}/") as load:
        load.until_served(20)
        began = SlowPost(f"{url}/sign-in/", "email=bo%40example.org")
        load.until_served(20)
        again.send(signal.SIGTERM)
        again.until_gone(again.addresses.port("blog"))
        assert began.finish() == 303
        assert again.wait() == 0
    assert (set(load.seen), load.torn) == ({200}, [])
    assert again.said[-1] == "Stopped"
    for name in ("blog", "sumup", "smtp", "postgres", "valkey"):
        require_free(again.addresses.port(name), name)
