"""Which sink an address means. Each library is loaded only when its kind of address is configured."""

from typing import Any
from urllib.parse import urlsplit

from shared.errors import DomainError
from shared.events.relay.sink import Sink

# The extra that holds the library for each kind of address.
_EXTRAS = {
    "nats": "nats",
    "tls": "nats",
    "redis": "redis",
    "rediss": "redis",
    "kafka": "kafka",
    "amqp": "rabbit",
    "amqps": "rabbit",
}


class NoSuchBroker(DomainError):
    message = "RELAY_URL must begin with nats://, tls://, redis://, rediss://, kafka://, amqp:// or amqps://."


class BrokerNotInstalled(DomainError):
    message = "This broker's library is not installed."


def sink_for(url: str, *, stream: str = "EV") -> Sink:
    """Raises NoSuchBroker, or BrokerNotInstalled naming the extra that is missing."""
    scheme = urlsplit(url).scheme
    if scheme not in _EXTRAS:
        raise NoSuchBroker
    try:
        if scheme in {"nats", "tls"}:
            from shared.events.relay.nats import NatsSink

            return NatsSink(url, stream=stream)
        return _through_faststream(scheme, url)
    except ImportError as error:
        raise BrokerNotInstalled(f"For {scheme}:// install the extra {_EXTRAS[scheme]!r}: {error}.") from error


def _through_faststream(scheme: str, url: str) -> Sink:
    from shared.events.relay.faststream import FastStreamSink, make_exchange, to_kafka, to_rabbit, to_redis

    quiet: Any = {"logger": None}
    if scheme in {"redis", "rediss"}:
        from faststream.redis import RedisBroker

        return FastStreamSink(RedisBroker(url, **quiet), to_redis, name="redis")
    if scheme == "kafka":
        from faststream.kafka import KafkaBroker

        return FastStreamSink(KafkaBroker(urlsplit(url).netloc.split(","), **quiet), to_kafka, name="kafka")
    from faststream.rabbit import RabbitBroker

    return FastStreamSink(RabbitBroker(url, **quiet), to_rabbit, name="rabbit", prepare=make_exchange)
