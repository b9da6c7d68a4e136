"""The inbox as it runs in an app, with a broker that is killed meanwhile."""

import pytest

from shared.events import bus
from shared.events.bus import register_handler
from shared.events.inbox.nats import NatsInbox
from shared.events.inbox.processor import InboxProcessor
from shared.events.processor import EventProcessor
from tests.fakes.nats import NatsServer
from tests.shared.inbox.facts import TractorHired, note_hire
from tests.shared.inbox.test_inbox import hired, hires, logged, send
from tests.shared.relay.conftest import log as log  # noqa: PLC0414  the fixtures
from tests.shared.relay.conftest import nats_server as nats_server  # noqa: PLC0414
from tests.shared.relay.conftest import running, until


async def test_a_broker_that_is_killed_doubles_and_loses_nothing(
    log: str, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def has(count: int) -> bool:
        return len(await hires()) >= count

    monkeypatch.setattr(bus, "_registrations", {})
    monkeypatch.setattr("shared.events.inbox.nats.ANSWER_WITHIN", 1.0)
    register_handler(TractorHired, note_hire, consumer="yard")
    async with running(InboxProcessor(NatsInbox(nats_server.url))), running(EventProcessor("yard")):
        await until(lambda: _stream_is_there(nats_server))
        await send(nats_server, *(hired(number) for number in range(150)))
        await until(lambda: has(20))
        nats_server.kill()
        nats_server.start()
        await send(nats_server, *(hired(number) for number in range(150, 200)))
        await until(lambda: has(200))

    assert [event.payload["hours"] for event in await logged()] == list(range(200))
    assert sorted(await hires()) == list(range(200))


async def _stream_is_there(server: NatsServer) -> bool:
    import nats

    client = await nats.connect(server.url)
    try:
        await client.jetstream().consumer_info("IN", "rose-inbox")
    except nats.js.errors.NotFoundError:
        return False
    finally:
        await client.close()
    return True
