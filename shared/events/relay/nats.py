"""Public events into a JetStream of NATS (the extra `nats`)."""

import asyncio
import json
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from shared.events.relay.message import Message
from shared.events.relay.sink import BrokerAway, Refusal, Refused

IN_FLIGHT = 1000
CONNECT_WITHIN = 5.0
PATIENCE = 10.0  # seconds for the acks of a batch
# As long as JetStream knows a message again that it already has, in seconds.
DUPLICATES_FOR = 600.0
KEEP_FOR = 7 * 24 * 3600.0
TROUBLES = (NatsError, OSError, TimeoutError)


class NatsSink:
    """One connection that never mends itself: what was lost with it would be missing before what came after."""

    name = "nats"

    def __init__(self, url: str, *, stream: str = "EV") -> None:
        self.url, self.stream = url, stream
        self._client: Client | None = None
        self._news = asyncio.Event()
        self._forget()

    def _forget(self) -> None:
        self._sent = self._answered = 0
        self._refusals: list[Refusal] = []
        self._lost: str | None = None

    async def open(self) -> None:
        self._forget()
        try:
            self._client = await connect(self.url, "rose-relay", self._disconnected)
            self._inbox = self._client.new_inbox()
            await self._client.subscribe(f"{self._inbox}.*", cb=self._acknowledge)
            await make_stream(self._client, self.stream)
        except TROUBLES as error:
            raise BrokerAway from error

    async def send(self, message: Message) -> None:
        head, size = _head(message)
        client = self._connected()
        if size > client.max_payload:
            raise Refused("too large for this broker")
        line = f"HPUB {message.subject} {self._inbox}.{self._sent} {len(head)} {size}\r\n".encode()
        try:
            await self._room()
            # What publish() does, which checks and encodes each header line by itself: half of all the work.
            await client._send_command(b"".join((line, head, message.body, b"\r\n")))  # noqa: SLF001
        except TROUBLES as error:
            raise BrokerAway from error
        self._sent += 1

    async def settle(self) -> list[Refusal]:
        try:
            await self._until(self._sent)
        except TROUBLES as error:
            raise BrokerAway from error
        refusals = self._refusals
        self._forget()
        return refusals

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await close(client)

    async def _flush(self) -> None:
        await self._connected()._flush_pending()  # noqa: SLF001

    async def _room(self) -> None:
        if self._sent - self._answered >= IN_FLIGHT:
            await self._until(self._sent - IN_FLIGHT // 2)

    async def _until(self, answered: int) -> None:
        async with asyncio.timeout(PATIENCE):
            if self._answered < answered:
                await self._flush()
            while self._answered < answered:
                self._connected()
                self._news.clear()
                await self._news.wait()

    def _connected(self) -> Client:
        if self._lost is not None:
            raise BrokerAway(self._lost)
        if self._client is None:
            raise BrokerAway
        return self._client

    async def _acknowledge(self, ack: Msg) -> None:
        if b'"error"' in ack.data:
            self._refuse(int(ack.subject.rpartition(".")[2]), json.loads(ack.data)["error"])
        elif not ack.data:
            self._lost = "nobody keeps this stream"
        self._answered += 1
        self._news.set()

    def _refuse(self, place: int, error: dict[str, Any]) -> None:
        """A message that is wrong (400) is refused; a stream that takes nothing just now is a broker away."""
        if error.get("code") == 400:  # noqa: PLR2004
            self._refusals.append(Refusal(place, Refused(error.get("description", ""))))
        else:
            self._lost = f"{error.get('code')} {error.get('description')}"

    async def _disconnected(self) -> None:
        self._lost = self._lost or "the connection broke"
        self._news.set()


def _head(message: Message) -> tuple[bytes, int]:
    """The headers, and how long they are with the body: no value has a line break in it."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in message.headers().items()])
    head = f"NATS/1.0\r\nNats-Msg-Id: {message.event_id}\r\n{lines}\r\n".encode()
    return head, len(head) + len(message.body)


async def connect(url: str, name: str, disconnected: Any = None) -> Client:
    """`url` may be several, with commas between. Once: whoever asks decides when it is time to try again."""

    async def quiet(_: Exception) -> None:
        """What went wrong is raised where it matters."""

    client = Client()
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await client.connect(
                url.split(","),
                name=name,
                allow_reconnect=False,
                # For the first connection too: else it would be tried for two minutes.
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=2,
                ping_interval=10,
                max_outstanding_pings=2,
                error_cb=quiet,
                disconnected_cb=disconnected,
                closed_cb=disconnected,
            )
    except BaseException:
        await close(client)
        raise
    return client


async def close(client: Client) -> None:
    try:
        await asyncio.wait_for(client.close(), 2)
    except TROUBLES:
        return


async def make_stream(client: Client, name: str) -> None:
    """Made when it is missing, with `ev.>`; one that is there stays as its owner made it."""
    stream = client.jetstream()
    try:
        await stream.stream_info(name)
    except NotFoundError:
        config = StreamConfig(name=name, subjects=["ev.>"], duplicate_window=DUPLICATES_FOR, max_age=KEEP_FOR)
        await stream.add_stream(config)
