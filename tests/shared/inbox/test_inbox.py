"""Events from outside, through a real NATS server: taken once, in order, and what is poison set aside."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import nats
import pytest
from sqlalchemy import func, select, text

from shared.db.session import get_session, transaction
from shared.events import bus, deliveries, inbox_pieces
from shared.events.bus import register_handler
from shared.events.inbox import taking
from shared.events.inbox.nats import NatsInbox
from shared.events.inbox.processor import InboxProcessor
from shared.events.operations import replay
from shared.events.processor import EventProcessor
from shared.events.versions import register_upcaster
from shared.models import DomainEvent, EventDelivery, EventInbox, KeyValue
from tests.fakes.nats import NatsServer
from tests.shared.inbox.facts import TractorHired, note_hire
from tests.shared.relay.conftest import log as log  # noqa: PLC0414  the fixtures
from tests.shared.relay.conftest import nats_server as nats_server  # noqa: PLC0414

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HEADERS = {
    "ce-specversion": "1.0",
    "ce-type": "acme.tractor_hired",
    "ce-source": "//acme.example/yard",
    "ce-subject": "tractor:red",
    "ce-dataversion": "2",
    "content-type": "application/json",
}


@pytest.fixture
async def inbox(log: str, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[NatsInbox]:
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.BASE * 0)
    monkeypatch.setattr(bus, "_registrations", {})
    register_handler(TractorHired, note_hire, consumer="yard")
    connection = await asyncpg.connect(log.replace("+asyncpg", ""))
    await inbox_pieces.make_ahead(connection)
    await connection.close()
    found = NatsInbox(nats_server.url)
    await found.open()
    yield found
    await found.aclose()


async def send(server: NatsServer, *messages: tuple[dict[str, str], bytes]) -> None:
    client = await nats.connect(server.url)
    for headers, body in messages:
        await client.jetstream().publish("in.acme", body, headers=headers)
    await client.close()


def hired(hours: int, **headers: str) -> tuple[dict[str, str], bytes]:
    words = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"tractor": "red", "hours": hours}).encode()
    return HEADERS | {"ce-id": str(uuid4())} | words, body


async def handle(inbox: NatsInbox) -> None:
    for processor in (EventProcessor("yard"), InboxProcessor(inbox)):
        await processor.drain()
        await processor.aclose()


async def hires() -> list[int]:
    async with get_session(read_only=True) as session:
        return [int(value) for value in await session.scalars(select(KeyValue.value).order_by(KeyValue.key))]


async def logged() -> list[Any]:
    async with get_session(read_only=True) as session:
        return list(await session.scalars(select(DomainEvent).order_by(DomainEvent.id)))


async def test_what_comes_in_reaches_its_handler(inbox: NatsInbox, nats_server: NatsServer) -> None:
    await send(nats_server, hired(3, ce_traceparent=GIVEN), hired(4))

    await inbox.take_batch()
    await handle(inbox)

    assert await hires() == [3, 4]
    first, _ = await logged()
    assert (first.source, first.key, first.meta) == ("acme", "tractor:red", {"traceparent": GIVEN})


async def test_the_same_event_is_taken_once_however_often_it_comes(inbox: NatsInbox, nats_server: NatsServer) -> None:
    again = hired(3)
    await send(nats_server, again, again)
    await inbox.take_batch()
    await send(nats_server, again, hired(4, ce_id="no uuid at all"), hired(4, ce_id="no uuid at all"))
    await inbox.take_batch()

    await handle(inbox)

    assert await hires() == [3, 4]


async def test_a_crash_before_the_answer_to_nats_takes_nothing_twice(
    inbox: NatsInbox, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.events.inbox.nats.ANSWER_WITHIN", 1.0)
    hasty = NatsInbox(nats_server.url, stream="HASTY")
    client = await nats.connect(nats_server.url)
    await client.jetstream().add_stream(name="HASTY", subjects=["hasty"])
    headers, body = hired(5)
    await client.jetstream().publish("hasty", body, headers=headers)
    await client.close()
    await hasty.open()
    (message,) = await hasty._reader.fetch(1)
    await taking.take([taking.Parcel("HASTY:1", message.headers, message.data)])
    await hasty.aclose()

    after = NatsInbox(nats_server.url, stream="HASTY")
    await after.open()
    assert await after.take_batch(wait=5) == 1
    await after.aclose()
    await handle(inbox)

    assert (after.taken, await hires()) == (0, [5])


async def test_a_batch_that_could_not_be_written_comes_again(
    inbox: NatsInbox, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise OSError("the database is away")

    await send(nats_server, hired(3))
    with monkeypatch.context() as patch:
        patch.setattr("shared.events.inbox.nats.take_carefully", fail)
        with pytest.raises(OSError, match="away"):
            await inbox.take_batch()

    info = await inbox._reader.consumer_info()

    assert (info.num_ack_pending, await logged()) == (1, [])


async def test_old_versions_are_brought_up_to_date(inbox: NatsInbox, nats_server: NatsServer) -> None:
    register_upcaster("acme.tractor_hired", 1, lambda old: {"tractor": old["tractor"], "hours": old["days"] * 24})
    headers, _ = hired(0, ce_dataversion="1")
    await send(nats_server, (headers, b'{"tractor": "red", "days": 2}'))

    await inbox.take_batch()
    await handle(inbox)

    assert await hires() == [48]


async def test_what_nobody_waits_for_is_left_out(inbox: NatsInbox, nats_server: NatsServer) -> None:
    await send(nats_server, hired(3, ce_type="acme.cow_sold"), hired(3, ce_source="//elsewhere"), hired(4))

    await inbox.take_batch()

    assert [event.payload["hours"] for event in await logged()] == [4]


async def test_a_structured_event_is_read_too(inbox: NatsInbox, nats_server: NatsServer) -> None:
    event = {name.removeprefix("ce-"): value for name, value in HEADERS.items()} | {"id": "7"}
    body = json.dumps(event | {"data": {"tractor": "blue", "hours": 9}}).encode()
    await send(nats_server, ({"content-type": "application/cloudevents+json"}, body))

    await inbox.take_batch()
    await handle(inbox)

    assert await hires() == [9]


@pytest.mark.parametrize(
    "poison",
    [(HEADERS | {"ce-id": "1"}, b"{half"), (HEADERS, b"{}"), (HEADERS | {"ce-id": "2"}, b'{"tractor": "\\u0000"}')],
    ids=["no JSON", "no id", "not storable"],
)
async def test_poison_ends_as_a_dead_letter_and_its_neighbours_pass(
    inbox: NatsInbox, nats_server: NatsServer, poison: tuple[dict[str, str], bytes]
) -> None:
    await send(nats_server, hired(1), poison, hired(2))

    await inbox.take_batch()
    await handle(inbox)

    async with get_session(read_only=True) as session:
        (letter,) = (await session.scalars(select(EventDelivery))).all()
    assert (letter.state, letter.handler, await hires()) == ("dead", "inbox.read_again", [1, 2])


async def test_a_payload_that_does_not_fit_is_dead_until_it_does(inbox: NatsInbox, nats_server: NatsServer) -> None:
    headers, _ = hired(0, ce_dataversion="1")
    await send(nats_server, (headers, b'{"tractor": "red", "weeks": 1}'))
    await inbox.take_batch()
    await handle(inbox)
    register_upcaster("acme.tractor_hired", 1, lambda old: {"tractor": old["tractor"], "hours": old["weeks"] * 168})
    async with transaction() as session:
        await replay(session, handler="yard.note_hire")

    await handle(inbox)

    assert await hires() == [168]


async def test_what_was_taken_is_forgotten_after_a_month(inbox: NatsInbox, log: str) -> None:
    connection = await asyncpg.connect(log.replace("+asyncpg", ""))
    old = datetime.now(UTC) - timedelta(days=90)
    await inbox_pieces.make_ahead(connection, now=old)
    await connection.execute("INSERT INTO event_inbox (consumer, event_id, at) VALUES ('inbox', $1, $2)", uuid4(), old)

    await inbox_pieces.drop_old(connection)

    left = [row["relname"] for row in await connection.fetch(inbox_pieces.PIECES)]
    await connection.close()
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(func.count()).select_from(EventInbox)) == 0
        assert await session.scalar(text("SELECT count(*) FROM event_inbox")) == 0
    assert len(left) == 3
