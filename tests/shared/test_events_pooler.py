"""Behind a pooler that hands out a connection for each transaction (PgBouncer): everything goes on as before."""

import asyncio
import getpass
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text

from rose.supervisor.ports import free_port
from shared.db.session import create_engine, get_session, transaction, use_engine
from shared.events.bus import emit_event
from shared.events.connection import TROUBLES
from shared.events.operations import list_lag
from shared.events.processor import EventProcessor
from tests.fakes.debian import Missing, program
from tests.shared.test_events import BranchBroke, LeafFell, leaves
from tests.shared.test_events import processor as processor  # noqa: PLC0414  its handlers

CONFIGURATION = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 3
"""


@pytest.fixture(scope="module")
def pgbouncer() -> str:
    try:
        return program("pgbouncer")
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def pooled(pgbouncer: str, database_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """The same database's address at the pooler."""
    port = free_port()
    url = make_url(database_url).set(port=port).render_as_string(hide_password=False)
    pooler = start_pooler(pgbouncer, database_url, port, tmp_path)
    await until_it_answers(url)
    yield url
    pooler.send_signal(signal.SIGINT)
    pooler.wait()


def start_pooler(pgbouncer: str, database_url: str, port: int, folder: Path) -> "subprocess.Popen[bytes]":
    direct = make_url(database_url)
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{direct.username}" "{direct.password}"\n')
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(server=direct.port, port=port, folder=folder))
    account = ["-u", "nobody"] if getpass.getuser() == "root" else []
    command = [pgbouncer, "-q", *account, str(folder / "pgbouncer.ini")]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


async def until_it_answers(url: str) -> None:
    for _ in range(100):
        try:
            await (await asyncpg.connect(url.replace("+asyncpg", ""), statement_cache_size=0)).close()
        except TROUBLES:
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))], timeout=0.1)
        else:
            return


@pytest.fixture
async def garden(processor: EventProcessor, pooled: str, database_url: str) -> AsyncIterator[EventProcessor]:
    """A processor that knows both addresses; sessions go through the pooler."""
    await processor.aclose()
    engine = create_engine(pooled, direct_url=database_url)
    use_engine(engine)
    found = EventProcessor("garden")
    yield found
    await found.aclose()
    await engine.dispose()


async def test_facts_go_through_a_pooler_and_are_handled_once(garden: EventProcessor) -> None:
    async def happen(leaf: int) -> None:
        async with transaction() as session:
            emit_event(session, LeafFell(leaf=leaf))
            await session.execute(text("SELECT 1"))

    await asyncio.gather(*(happen(leaf) for leaf in range(12)))
    async with transaction() as session:
        emit_event(session, BranchBroke())

    await garden.drain()

    assert await leaves() == {f"leaf.{leaf}" for leaf in [*range(12), 100]}


async def test_the_processor_runs_beside_a_pooler_and_is_woken(garden: EventProcessor) -> None:
    running = asyncio.create_task(garden.run())
    await garden._wire.up.wait()
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=1))

    while await lag():
        await asyncio.wait([running], timeout=0.05)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await leaves() == {"leaf.1"}


async def lag() -> int:
    async with get_session(read_only=True) as session:
        return sum([row.events for row in await list_lag(session)]) if await list_lag(session) else 1


async def test_reading_sessions_still_refuse_to_write(garden: EventProcessor) -> None:
    async with get_session(read_only=True) as session:
        with pytest.raises(Exception, match="read-only transaction"):
            await session.execute(text("INSERT INTO key_values (key, value) VALUES ('a', '1')"))
