"""The same promises through FastStream, into a Redis stream of a real Valkey."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from rose.supervisor import valkey as supervisor
from rose.supervisor.valkey import Valkey
from shared.db.session import transaction
from shared.events.operations import rewind
from shared.events.relay.choice import NoSuchBroker, sink_for
from shared.events.relay.processor import RelayProcessor
from shared.utils import utcnow
from tests.shared.relay.conftest import relay_process, running, until
from tests.shared.relay.facts import DoorShut, LampLit, first_of_each, happen, light

STREAM = "ev.tests.lamp_lit"


@pytest.fixture
def valkey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """One that writes each entry to its file, and finds it there when it starts again."""
    lasting = supervisor._SETTINGS.replace("appendonly no", "appendonly yes\nappendfsync always")
    monkeypatch.setattr(supervisor, "_SETTINGS", lasting)
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()


def stored(server: Valkey) -> list[tuple[str, dict[str, Any]]]:
    from faststream.redis.parser.binary import BinaryMessageFormatV1

    with Redis.from_url(server.url) as client:
        entries = client.xrange(STREAM)
    found = [BinaryMessageFormatV1.parse(fields[b"__data__"]) for _, fields in entries]
    return [(headers["ce-id"], LampLit.model_validate_json(body).model_dump()) for body, headers in found]


async def test_only_public_events_reach_the_stream(log: str, valkey: Valkey) -> None:
    await happen(LampLit(lamp="a", turn=1), DoorShut())
    processor = RelayProcessor(sink_for(valkey.url))

    await processor.drain()

    await processor.aclose()
    assert first_of_each(stored(valkey)) == {"a": [1]}


async def test_what_comes_twice_has_the_same_id(log: str, valkey: Valkey) -> None:
    before = utcnow()
    await light(range(3))
    for _ in range(2):
        processor = RelayProcessor(sink_for(valkey.url))
        await processor.drain()
        await processor.aclose()
        async with transaction() as session:
            await rewind(session, "relay.redis", to=before)

    assert len(stored(valkey)) == 30
    assert first_of_each(stored(valkey)) == {lamp: [0, 1, 2] for lamp in "abcde"}


async def test_a_broker_that_is_killed_loses_nothing_and_gets_the_rest_later(log: str, valkey: Valkey) -> None:
    async with running(RelayProcessor(sink_for(valkey.url))):
        await light(range(50))
        await until(lambda: has(valkey, 100))
        kill(valkey)
        await light(range(50, 100))
        valkey.start()
        await until(lambda: has(valkey, 500))

    assert first_of_each(stored(valkey)) == {lamp: list(range(100)) for lamp in "abcde"}


def kill(server: Valkey) -> None:
    assert server._child is not None
    server._child.kill()
    server._child.wait()


async def has(server: Valkey, count: int) -> bool:
    try:
        return len({event_id for event_id, _ in stored(server)}) >= count
    except RedisAway:  # still reading its file
        return False


async def test_a_relay_that_is_killed_goes_on_where_it_was(log: str, valkey: Valkey) -> None:
    for part in range(2):
        with relay_process(log, valkey.url):
            await light(range(part * 100, part * 100 + 100))
            await until(lambda part=part: has(valkey, part * 500 + 1))
    with relay_process(log, valkey.url):
        await until(lambda: has(valkey, 1000))

    assert first_of_each(stored(valkey)) == {lamp: list(range(200)) for lamp in "abcde"}


def test_an_address_that_means_no_broker_is_refused() -> None:
    with pytest.raises(NoSuchBroker):
        sink_for("https://broker.example")
