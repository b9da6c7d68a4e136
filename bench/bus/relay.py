"""How fast the relay pours the log into JetStream, beside what the clients alone can do.

    python bench/bus/relay.py postgresql+asyncpg://…/database [events]

The database must be migrated, and is filled with public events of 300 bytes. A NATS server is started from the wheel
(file storage on the loopback). Measured is the whole relay: reading, parsing, CloudEvents headers, acks, cursor; and
for comparison, with the same bodies and 1000 read at a time: nats-py and FastStream as the harness's relay.py has them.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import nats
import uvloop

sys.path.insert(0, str(Path(__file__).parents[2]))

from shared.db.session import create_engine, use_engine
from shared.events.bus import DomainFact
from shared.events.relay.nats import NatsSink
from shared.events.relay.processor import RelayProcessor
from tests.fakes.nats import NatsServer

FILL = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload, meta)
    SELECT uuidv7(), 'bench.placed', 1, 'bench', 'order:' || i % 5000,
           jsonb_build_object('n', i, 'pad', repeat('x', 270)),
           '{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}'
    FROM generate_series(1, $1::int) i
"""
READ = "SELECT id, event_id, payload FROM domain_events WHERE id > $1 ORDER BY id LIMIT 1000"


class Placed(DomainFact):
    name: ClassVar[str] = "bench.placed"
    public: ClassVar[bool] = True

    n: int
    pad: str


async def the_relay(url: str, server: NatsServer) -> float:
    engine = create_engine(url)
    use_engine(engine)
    processor = RelayProcessor(NatsSink(server.url, stream="RELAY"))
    await processor.start_cursor()
    started = time.perf_counter()
    await processor.drain()
    taken = time.perf_counter() - started
    await processor.aclose()
    await engine.dispose()
    return taken


async def batches(connection: Any) -> Any:
    pos = 0
    while rows := await connection.fetch(READ, pos):
        yield rows
        pos = rows[-1]["id"]


async def nats_py(url: str, server: NatsServer) -> float:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    client = await nats.connect(server.url)
    stream = client.jetstream(publish_async_max_pending=4000)
    await stream.add_stream(name="PLAIN", subjects=["plain.>"], duplicate_window=120)
    started = time.perf_counter()
    async for rows in batches(connection):
        acks = [
            await stream.publish_async(
                "plain.a", row["payload"].encode(), headers={"Nats-Msg-Id": str(row["event_id"])}
            )
            for row in rows
        ]
        await asyncio.gather(*acks)
    taken = time.perf_counter() - started
    await client.close()
    await connection.close()
    return taken


async def faststream(url: str, server: NatsServer) -> float:
    from faststream.nats import NatsBroker

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    broker = NatsBroker(server.url, logger=None)
    await broker.connect()
    started = time.perf_counter()
    async for rows in batches(connection):
        for first in range(0, len(rows), 256):
            sent = [
                broker.publish(
                    row["payload"].encode(), "plain.b", stream="PLAIN", headers={"Nats-Msg-Id": f"b{row['event_id']}"}
                )
                for row in rows[first : first + 256]
            ]
            await asyncio.gather(*sent)
    taken = time.perf_counter() - started
    await broker.stop()
    await connection.close()
    return taken


async def measure(url: str, events: int) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute("TRUNCATE domain_events, event_cursors, event_deliveries")
    await connection.execute(FILL, events)
    await connection.execute("ANALYZE domain_events")
    await connection.close()
    folder = Path(tempfile.mkdtemp(prefix="relay"))
    server = NatsServer(folder).start()
    try:
        for name, run in (("this relay", the_relay), ("nats-py alone", nats_py), ("FastStream alone", faststream)):
            taken = await run(url, server)
            print(f"{name:18} {events / taken:>9,.0f} events/s", flush=True)
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    uvloop.run(measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50_000))
