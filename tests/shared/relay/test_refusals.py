"""A message that its broker will never take holds up no other: it is tried ten times, then is a dead letter."""

from typing import Any, ClassVar
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import select, text

from rose.supervisor.valkey import Valkey
from shared.db.session import get_session, transaction
from shared.events import deliveries
from shared.events.operations import replay
from shared.events.relay import choice
from shared.events.relay.choice import BrokerNotInstalled, sink_for
from shared.events.relay.faststream import FastStreamSink, to_kafka
from shared.events.relay.message import Message
from shared.events.relay.processor import RelayProcessor
from shared.events.relay.sink import BrokerAway
from shared.models import EventDelivery
from tests.shared.relay.facts import LampLit, first_of_each, happen
from tests.shared.relay.test_redis_relay import STREAM, stored
from tests.shared.relay.test_redis_relay import valkey as valkey  # noqa: PLC0414  the fixture


class LampBroke(LampLit):
    """Its stream's name is taken by something else, so that the server takes none of them."""

    name: ClassVar[str] = "tests.lamp_broke"


async def relay(server: Valkey) -> None:
    processor = RelayProcessor(sink_for(server.url))
    await processor.drain()
    await processor.aclose()


async def deliveries_of(state: str) -> int:
    async with get_session(read_only=True) as session:
        return len((await session.scalars(select(EventDelivery).where(EventDelivery.state == state))).all())


async def test_what_the_broker_refuses_is_a_dead_letter_and_the_rest_goes_on(
    log: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.BASE * 0)
    with Redis.from_url(valkey.url) as client:
        client.set("ev.tests.lamp_broke", "no stream")
    await happen(*(LampLit(lamp=lamp, turn=turn) for turn in (1, 2) for lamp in "abc"))
    await happen(LampBroke(lamp="a", turn=3), LampLit(lamp="a", turn=4), LampLit(lamp="b", turn=4))

    await relay(valkey)

    assert first_of_each(stored(valkey)) == {"a": [1, 2, 4], "b": [1, 2, 4], "c": [1, 2]}
    assert (await deliveries_of("dead"), await deliveries_of("retry")) == (1, 0)


async def test_what_follows_a_refused_one_of_its_key_waits_for_it(
    log: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.CAP)
    with Redis.from_url(valkey.url) as client:
        client.set("ev.tests.lamp_broke", "no stream")
        await happen(LampBroke(lamp="a", turn=1), LampLit(lamp="a", turn=2), LampLit(lamp="b", turn=2))
        await relay(valkey)
        assert (await deliveries_of("retry"), await deliveries_of("parked")) == (1, 1)
        assert first_of_each(stored(valkey)) == {"b": [2]}

        client.delete("ev.tests.lamp_broke")
    async with transaction() as session:
        await session.execute(text("UPDATE event_deliveries SET state = 'dead' WHERE state = 'retry'"))
        await replay(session)
    await relay(valkey)

    assert first_of_each(stored(valkey)) == {"a": [2], "b": [2]}
    with Redis.from_url(valkey.url) as client:
        assert (client.xlen("ev.tests.lamp_broke"), client.xlen(STREAM)) == (1, 2)


class KafkaError(Exception):
    """As in aiokafka, which is not installed here."""

    retriable = False


class MessageSizeTooLargeError(KafkaError):
    pass


class NotEnoughReplicasError(KafkaError):
    retriable = True


class KafkaTimeoutError(KafkaError):
    pass


class FarBroker:
    """What FastStream's Kafka broker does, without Kafka: it raises `trouble` for messages with a large body."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble, self.there, self.got = trouble, True, list[bytes]()

    async def connect(self) -> None:
        """Always there, unless `there` says otherwise: then nothing answers to a ping."""

    async def ping(self, timeout: float) -> bool:  # noqa: ASYNC109  FastStream's
        return self.there

    async def stop(self) -> None:
        """Nothing to close."""

    async def publish(self, body: bytes, **_: Any) -> None:
        if len(body) > 10:
            raise self.trouble
        self.got.append(body)


async def settle(broker: FarBroker, *bodies: tuple[str | None, bytes]) -> list[tuple[int, bool]]:
    sink = FastStreamSink(broker, to_kafka, name="kafka")
    await sink.open()
    for key, body in bodies:
        await sink.send(Message(str(uuid4()), "tests.lamp_lit", "/tests", 1, key, "now", None, body))
    return [(refusal.place, refusal.reason is None) for refusal in await sink.settle()]


LARGE = b"x" * 11


async def test_too_large_a_message_is_refused_alone() -> None:
    broker = FarBroker(MessageSizeTooLargeError())

    refused = await settle(broker, ("a", b"1"), ("a", LARGE), ("a", b"2"), ("b", b"3"), (None, LARGE), (None, b"4"))

    assert refused == [(1, False), (2, True), (4, False)]
    assert sorted(broker.got) == [b"1", b"3", b"4"]


@pytest.mark.parametrize("trouble", [NotEnoughReplicasError(), KafkaTimeoutError(), ConnectionResetError()])
async def test_a_broker_that_takes_nothing_just_now_refuses_nothing(trouble: Exception) -> None:
    with pytest.raises(BrokerAway):
        await settle(FarBroker(trouble), ("a", LARGE))


async def test_an_error_nobody_knows_is_the_brokers_when_it_does_not_answer_after_it() -> None:
    class Gone(FarBroker):
        async def publish(self, body: bytes, **more: Any) -> None:
            self.there = False
            await super().publish(body, **more)

    with pytest.raises(BrokerAway):
        await settle(Gone(RuntimeError("?")), ("a", LARGE))


@pytest.mark.parametrize(("url", "extra"), [("amqps://far.example", "rabbit"), ("kafka://far.example:9092", "kafka")])
def test_a_library_that_is_missing_is_named_as_pip_knows_it(
    url: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: str) -> None:
        raise ImportError("No module named that")

    monkeypatch.setattr(choice, "_through_faststream", missing)

    with pytest.raises(BrokerNotInstalled, match=f"install the extra '{extra}'"):
        sink_for(url)
