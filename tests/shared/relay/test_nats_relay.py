"""Public events reach a real NATS server: all of them, none twice, in order for each key, whoever is killed."""

import asyncio
import json
from typing import Any

import nats
import pytest
from sqlalchemy import select

from shared.db.session import get_session, transaction
from shared.events import deliveries
from shared.events.operations import list_lag, rewind
from shared.events.relay.nats import NatsSink
from shared.events.relay.processor import RelayProcessor
from shared.models import EventDelivery
from shared.utils import utcnow
from tests.fakes.nats import NatsServer
from tests.shared.relay.conftest import relay_process, running, until
from tests.shared.relay.facts import DoorShut, LampLit, first_of_each, happen, light

Stored = tuple[str, dict[str, str], dict[str, Any]]


async def stored(server: NatsServer) -> list[Stored]:
    """Subject, headers and data of all that the stream holds, oldest first."""
    client = await nats.connect(server.url)
    stream = client.jetstream()
    count = (await stream.stream_info("EV")).state.messages
    reader = await stream.subscribe("ev.>", ordered_consumer=True)
    found = [await reader.next_msg(timeout=10) for _ in range(count)]
    await client.close()
    return [(message.subject, dict(message.headers or {}), json.loads(message.data)) for message in found]


async def number_stored(server: NatsServer) -> int:
    client = await nats.connect(server.url)
    try:
        return (await client.jetstream().stream_info("EV")).state.messages
    except nats.js.errors.NotFoundError:
        return 0
    finally:
        await client.close()


async def turns(server: NatsServer) -> dict[str, list[int]]:
    found = await stored(server)
    ids = [headers["ce-id"] for _, headers, _ in found]
    assert len(ids) == len(set(ids))
    return first_of_each((headers["ce-id"], data) for _, headers, data in found)


async def relay(server: NatsServer) -> None:
    processor = RelayProcessor(NatsSink(server.url))
    await processor.drain()
    await processor.aclose()


async def test_only_public_events_leave_and_without_what_is_private(log: str, nats_server: NatsServer) -> None:
    await happen(LampLit(lamp="a.b", turn=1), DoorShut())

    await relay(nats_server)

    ((subject, headers, data),) = await stored(nats_server)
    assert subject == "ev.tests.lamp_lit.lamp:a_b"
    assert data == {"lamp": "a.b", "turn": 1, "story": ""}
    assert headers["ce-type"] == "tests.lamp_lit"
    assert headers["ce-source"] == "/tests"
    assert headers["ce-subject"] == "lamp:a.b"
    assert headers["ce-id"] == headers["Nats-Msg-Id"]
    assert headers["ce-time"][:10] == utcnow().isoformat()[:10]


async def test_what_is_relayed_again_is_stored_once(log: str, nats_server: NatsServer) -> None:
    before = utcnow()
    await light(range(3))
    await relay(nats_server)
    async with transaction() as session:
        await rewind(session, "relay.nats", to=before)

    await relay(nats_server)

    assert await turns(nats_server) == {lamp: [0, 1, 2] for lamp in "abcde"}


async def test_a_broker_that_is_killed_loses_nothing_and_gets_the_rest_later(log: str, nats_server: NatsServer) -> None:
    async def some_are_there() -> bool:
        return await number_stored(nats_server) >= 100

    async def all_are_there() -> bool:
        return await number_stored(nats_server) >= 1000

    async with running(RelayProcessor(NatsSink(nats_server.url))):
        await light(range(50))
        await until(some_are_there)
        nats_server.kill()
        await light(range(50, 150))
        nats_server.start()
        await light(range(150, 200))
        await until(all_are_there)

    assert await turns(nats_server) == {lamp: list(range(200)) for lamp in "abcde"}


async def test_a_relay_that_is_killed_goes_on_where_it_was(log: str, nats_server: NatsServer) -> None:
    async def all_are_there() -> bool:
        return await number_stored(nats_server) >= 1500

    for part in range(3):
        with relay_process(log, nats_server.url):
            await light(range(part * 100, part * 100 + 100))
            await until(lambda part=part: _more_than(nats_server, part * 500))
    with relay_process(log, nats_server.url):
        await until(all_are_there)

    assert await turns(nats_server) == {lamp: list(range(300)) for lamp in "abcde"}


async def _more_than(server: NatsServer, count: int) -> bool:
    return await number_stored(server) > count


async def test_while_the_broker_is_away_the_lag_says_so_and_nothing_fails(log: str, nats_server: NatsServer) -> None:
    nats_server.stop()
    await light(range(2))

    async with asyncio.timeout(10):  # a stopped relay must not linger
        await relay(nats_server)

    async with get_session(read_only=True) as session:
        (row,) = await list_lag(session)
    assert (row.consumer, row.events, row.retrying, row.dead) == ("relay.nats", 10, 0, 0)


async def test_a_message_that_no_broker_takes_ends_dead_and_lets_the_next_pass(
    log: str, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.BASE * 0)
    await happen(LampLit(lamp="a", turn=1, story="x" * 9000), LampLit(lamp="a", turn=2))

    await relay(nats_server)

    async with get_session(read_only=True) as session:
        (letter,) = (await session.scalars(select(EventDelivery))).all()
    assert (letter.state, letter.handler) == ("dead", "relay.nats.publish")
    assert "too large" in letter.error
    assert await turns(nats_server) == {"a": [2]}
