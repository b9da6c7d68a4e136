"""`rose events relay`, as an operator starts and stops it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.db.session import create_engine, transaction, use_engine
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderReleased
from tests.fakes.nats import NatsServer
from tests.shared.relay.conftest import until
from tests.shared.relay.test_nats_relay import number_stored

SECRETS = {"SECRET_KEY": "s" * 32, "INTERNAL_KEY": "i" * 32}


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path).start()
    yield server
    server.stop()


def start(home: Path, **environ: str) -> "subprocess.Popen[str]":
    environment = os.environ | SECRETS | {"ROSE_HOME": str(home)} | environ
    command = [sys.executable, "-m", "rose", "events", "relay"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


async def test_it_relays_until_it_is_told_to_stop(database_url: str, nats_server: NatsServer, tmp_path: Path) -> None:
    engine = create_engine(database_url)
    use_engine(engine)
    async with transaction() as session:
        emit_event(session, OrderReleased(order="o1"))
    process = start(tmp_path, DATABASE_URL=database_url, RELAY_URL=nats_server.url)

    await until(lambda: _is_there(nats_server))

    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.to_thread(process.communicate, timeout=20)
    assert (process.returncode, "Traceback" in said) == (0, False)
    await engine.dispose()
    use_engine(None)


async def _is_there(server: NatsServer) -> bool:
    return await number_stored(server) == 1


def test_without_a_broker_it_says_what_is_missing(database_url: str, tmp_path: Path) -> None:
    process = start(tmp_path, DATABASE_URL=database_url, RELAY_URL="")

    _, said = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "set RELAY_URL" in said
