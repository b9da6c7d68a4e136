"""The changes in Valkey: one stream, whose ids are the clock of the kept pages.

Every entry names tags. An entry that names everything stands where nothing from before may be shown: at the
beginning, also of a stream that was flushed or evicted, and after a server came back with another run.
"""

from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from shared.browser.app.redis_cacher.clock import EVERYTHING, Clock, Moment, to_moment, to_stream_id

STREAM = "pages:changes"
RUN = "pages:run"
KEPT_CHANGES = 100_000
AT_ONCE = 1000

# A stream that begins again must not begin before what its writer has seen, whatever the wall clock says.
ADD = """
local id, tags = '*', ARGV[1]
if redis.call('EXISTS', KEYS[1]) == 0 then
  tags = '* ' .. tags
  local now, after = redis.call('TIME'), tonumber(ARGV[2]) + 1
  if now[1] * 1000 + now[2] / 1000 < after then id = string.format('%.0f-0', after) end
end
return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], id, 't', tags)
"""


async def add(redis: "Redis", tags: Iterable[str], *, seen: Moment) -> Moment:
    """Tells everybody; raises RedisError. The answer is the moment of the change."""
    found: Any = redis.eval(ADD, 1, STREAM, " ".join(tags), str(seen >> 24), str(KEPT_CHANGES))
    return to_moment(await found)


async def join(redis: "Redis", clock: Clock) -> None:
    """Before the first change is read, and after every new connection: is it still the same stream?"""
    run = (await redis.info("server"))["run_id"]
    if await redis.get(RUN) != run or not await redis.exists(STREAM):
        await add(redis, [EVERYTHING], seen=clock.seen)
        await redis.set(RUN, run)
    oldest, newest = await _end(redis, newest=False), await _end(redis, newest=True)
    if not oldest <= clock.told <= newest:
        clock.restart(oldest)


async def read(redis: "Redis", clock: Clock, *, wait_ms: int | None) -> list[Moment]:
    """The changes since the last reading, in order; waits for one when there is none."""
    found: Any = await redis.xread({STREAM: to_stream_id(clock.told)}, count=AT_ONCE, block=wait_ms)
    entries = [entry for stream in _streams(found) for entry in stream]
    for stream_id, fields in entries:
        clock.hear(to_moment(stream_id), fields["t"].split())
    return [to_moment(stream_id) for stream_id, _ in entries]


async def _end(redis: "Redis", *, newest: bool) -> Moment:
    found: Any = await (redis.xrevrange if newest else redis.xrange)(STREAM, count=1)
    return to_moment(found[0][0])


def _streams(found: Any) -> list[Any]:
    """redis-py answers with a list of pairs or, for the newer protocol, with a mapping."""
    if isinstance(found, dict):
        return [stream for streams in found.values() for stream in streams]
    return [stream for _, stream in found or []]
