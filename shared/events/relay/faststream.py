"""Public events into any broker that FastStream speaks to: Kafka, RabbitMQ, Redis Streams (the extra `faststream`)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from shared.events.relay.message import Message
from shared.events.relay.sink import BrokerAway, Refusal

BESIDE_EACH_OTHER = 64
CONNECT_WITHIN, PATIENCE = 5.0, 30.0
# Entries that a Redis stream keeps, roughly.
KEEP = 1_000_000

Address = Callable[[Message], dict[str, Any]]
Prepare = Callable[[Any], Awaitable[object]]


class FastStreamSink:
    """`address` says where a message goes, in the words of this broker's `publish()`; `prepare` makes the place.

    FastStream waits for each answer. So messages of one key go one after another, and those of different keys beside
    each other: the order for each key does not depend on the broker.
    """

    def __init__(self, broker: Any, address: Address, *, name: str, prepare: Prepare | None = None) -> None:
        self.name, self.broker, self.address, self.prepare = name, broker, address, prepare
        self._waiting: list[Message] = []

    async def open(self) -> None:
        self._waiting = []
        try:
            await asyncio.wait_for(self.broker.connect(), CONNECT_WITHIN)
            if not await self.broker.ping(timeout=CONNECT_WITHIN):
                raise ConnectionError("no answer")  # noqa: TRY301  told as any other trouble with the broker
            if self.prepare is not None:
                await asyncio.wait_for(self.prepare(self.broker), CONNECT_WITHIN)
        except Exception as error:
            raise BrokerAway from error

    async def send(self, message: Message) -> None:
        self._waiting.append(message)

    async def settle(self) -> Sequence[Refusal]:
        waiting, self._waiting = self._waiting, []
        groups: defaultdict[str, list[Message]] = defaultdict(list)
        for message in waiting:
            groups[message.key or message.event_id].append(message)
        queue = iter(groups.values())
        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                for _ in range(min(BESIDE_EACH_OTHER, len(groups))):
                    tasks.create_task(self._publish_each(queue))
        except* Exception as errors:  # noqa: BLE001  whatever kind of broker: told as away
            raise BrokerAway from errors.exceptions[0]
        return ()

    async def _publish_each(self, queue: Any) -> None:
        for group in queue:
            for message in group:
                await self.broker.publish(message.body, headers=message.headers(), **self.address(message))

    async def aclose(self) -> None:
        try:
            await asyncio.wait_for(self.broker.stop(), 5)
        except Exception:  # noqa: BLE001  it is gone either way
            return


def to_redis(message: Message) -> dict[str, Any]:
    return {"stream": f"ev.{message.kind}", "maxlen": KEEP, "correlation_id": message.event_id}


def to_kafka(message: Message) -> dict[str, Any]:
    key = message.key.encode() if message.key else None
    return {"topic": f"ev.{message.kind}", "key": key, "correlation_id": message.event_id}


async def make_exchange(broker: Any) -> None:
    """A topic exchange that outlives the server; whoever wants events binds a queue to it before they happen."""
    from faststream.rabbit import ExchangeType, RabbitExchange

    await broker.declare_exchange(RabbitExchange("ev", type=ExchangeType.TOPIC, durable=True))


def to_rabbit(message: Message) -> dict[str, Any]:
    return {
        "exchange": "ev",
        "routing_key": message.subject,
        "message_id": message.event_id,
        "persist": True,
        "mandatory": False,
    }
