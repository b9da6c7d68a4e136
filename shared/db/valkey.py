"""The way to Valkey, which may be cold, flushed, cut off or absent: then everything is right, only slower."""

from functools import cache

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shared.breaker import Breaker

# Seconds that anybody waits for Valkey before doing without.
PATIENCE = 0.25


def connect(url: str, *, timeout: float = PATIENCE, text: bool = False) -> "Redis":
    return Redis.from_url(
        url,
        decode_responses=text,
        socket_timeout=timeout,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


@cache
def breaker(_url: str) -> Breaker:
    return Breaker("valkey", faults=(RedisError, OSError))
