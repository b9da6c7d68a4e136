"""Public events into any broker that FastStream speaks to (the extras `redis`, `kafka`, `rabbit`)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from shared.events.relay.message import Message
from shared.events.relay.sink import BrokerAway, Refusal

BESIDE_EACH_OTHER = 64
CONNECT_WITHIN, PATIENCE = 5.0, 30.0
# Entries that a Redis stream keeps, roughly.
KEEP = 1_000_000
# What the libraries say, beside OSError, when the broker does not answer, or takes nothing just now. By their names,
# since at most one of them is installed.
AWAY = frozenset(
    {
        *("ConnectionError", "TimeoutError", "OutOfMemoryError", "ReadOnlyError", "ClusterDownError", "TryAgainError"),
        *("KafkaTimeoutError", "ProducerClosed"),
        "DeliveryError",
    }
)

Address = Callable[[Message], dict[str, Any]]
Prepare = Callable[[Any], Awaitable[object]]


class FastStreamSink:
    """`address` says where a message goes, in the words of this broker's `publish()`; `prepare` makes the place.

    FastStream waits for each answer. So messages of one key go one after another, and those of different keys beside
    each other: the order for each key does not depend on the broker.

    What is wrong with a message, each broker says in words of its own. So any error that is not known to be about the
    broker itself is a refusal, if the broker answers after it: like a handler's failure it is tried ten times.
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
        queue, stored = iter(groups.values()), set[str]()
        try:
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                for _ in range(min(BESIDE_EACH_OTHER, len(groups))):
                    tasks.create_task(self._publish_each(queue, stored))
        except TimeoutError as error:
            raise BrokerAway from error
        except ExceptionGroup as errors:
            if all(_is_away(error) for error in errors.exceptions):
                raise BrokerAway from errors.exceptions[0]
            return await self._settle_alone(waiting, stored)
        return ()

    async def _publish_each(self, queue: Iterator[list[Message]], stored: set[str]) -> None:
        for group in queue:
            for message in group:
                await self._publish(message)
                stored.add(message.event_id)

    async def _publish(self, message: Message) -> None:
        await self.broker.publish(message.body, headers=message.headers(), **self.address(message))

    async def _settle_alone(self, waiting: list[Message], stored: set[str]) -> Sequence[Refusal]:
        """One after another, so that whoever is refused is known: some brokers then shut the door on all others too.

        What comes after it with the same key has to wait for it.
        """
        refusals, waits = [], set[str]()
        await self._begin_anew()
        for place, message in enumerate(waiting):
            if message.event_id in stored:
                continue
            if message.key in waits:
                refusals.append(Refusal(place, None))
            elif error := await self._refused(message):
                refusals.append(Refusal(place, error))
                waits.update([message.key] if message.key else [])
        return refusals

    async def _refused(self, message: Message) -> Exception | None:
        try:
            await asyncio.wait_for(self._publish(message), PATIENCE)
        except Exception as error:
            if _is_away(error):
                raise BrokerAway from error
            await self._begin_anew()
            return error
        return None

    async def _begin_anew(self) -> None:
        """Raises BrokerAway when nobody answers: then it was nobody's fault."""
        await self.aclose()
        await self.open()

    async def aclose(self) -> None:
        try:
            await asyncio.wait_for(self.broker.stop(), 5)
        except Exception:  # noqa: BLE001  it is gone either way
            return


def _is_away(error: Exception) -> bool:
    if isinstance(error, OSError) or getattr(error, "retriable", False):  # the latter is said by those of Kafka
        return True
    return any(kind.__name__ in AWAY for kind in type(error).__mro__)


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
