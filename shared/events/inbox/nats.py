"""Takes messages from a JetStream of NATS into the log, and says so to NATS when they are there.

One process at a time pulls, and never more than a batch is under way: so the order for each key survives a crash,
after which NATS gives the same batch again.
"""

import asyncio
import random

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from shared.events import inbox_pieces
from shared.events.connection import TROUBLES
from shared.events.inbox.arrival import Parcel
from shared.events.inbox.taking import CONSUMER, take_carefully
from shared.events.lease import Lease
from shared.events.relay.nats import close, connect

log = structlog.get_logger("inbox")

PAUSED = "SELECT coalesce(bool_or(paused), false) FROM event_cursors WHERE consumer = $1"
BATCH = 100
WAIT_SECONDS = 5.0
# After this time without an answer, NATS gives a batch again.
ANSWER_WITHIN = 10.0
LONGEST_PAUSE = 5.0
DURABLE = "rose-inbox"
_AWAY = (NatsError, OSError, TimeoutError)


class NatsInbox:
    """`run` for ever; `take_batch` for tests, after `open`."""

    def __init__(self, url: str, *, stream: str = "IN") -> None:
        self.url, self.stream = url, stream
        self.taken = 0
        self._client: Client | None = None
        self._pause = 0.1

    async def run(self) -> None:
        while True:
            try:
                await self._serve(await Lease.wait(f"{CONSUMER}.nats"))
            except (*_AWAY, *TROUBLES) as error:
                log.warning("inbox interrupted", error=repr(error), wait=self._pause)
            await asyncio.sleep(self._pause * random.uniform(0.5, 1))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _serve(self, lease: Lease) -> None:
        try:
            await inbox_pieces.make_ahead(lease.connection)
            await self.open()
            self._pause = 0.1
            while True:
                # Raises when the connection, and with it the lease, is gone.
                if await lease.fetchval(PAUSED, CONSUMER):
                    await asyncio.sleep(1)
                else:
                    await self.take_batch()
        finally:
            await self.aclose()
            await lease.aclose()

    async def open(self) -> None:
        """Connects; makes the stream and its reader when they are missing."""
        self._client = await connect(self.url, "rose-inbox")
        stream = self._client.jetstream()
        await _make_stream(stream, self.stream)
        config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=ANSWER_WITHIN, max_ack_pending=BATCH)
        self._reader = await stream.pull_subscribe("", durable=DURABLE, stream=self.stream, config=config)

    async def take_batch(self, wait: float = WAIT_SECONDS) -> int:
        """Whatever is there, or comes within `wait` seconds: into the log, then acknowledged. How many came."""
        try:
            messages = await self._reader.fetch(BATCH, timeout=wait)
        except TimeoutError:
            return 0
        self.taken += await take_carefully([_parcel(message) for message in messages])
        for message in messages:
            await message.ack()
        return len(messages)

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await close(client)


def _parcel(message: Msg) -> Parcel:
    found = message.metadata
    # The moment it was stored too: a stream that was made anew counts from one again.
    place = f"{found.stream}:{found.sequence.stream}:{found.timestamp.isoformat()}"
    return Parcel(place, dict(message.headers or {}), message.data)


async def _make_stream(stream: JetStreamContext, name: str) -> None:
    try:
        await stream.stream_info(name)
    except NotFoundError:
        await stream.add_stream(StreamConfig(name=name, subjects=["in.>"]))
