"""The project as a peer of the bus harness: what an app does, on the harness's database.

Emits go through `emit_event` on an AsyncSession, with the process's wire up as in a serving app; the consumer is a
whole EventProcessor. The database is made by the project's migrations.
"""

import asyncio
import os
from typing import Any, ClassVar

import asyncpg
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import async_sessionmaker

from shared.db.session import create_engine, use_engine
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.partitions import MILLION, make_ahead
from shared.events.processor import EventProcessor
from shared.events.wakeup import Wire
from shared.infrastructure.garbage import collect_seldom
from shared.infrastructure.migrations import upgrade

from .base import SessionProducer

HISTORY = """
    INSERT INTO domain_events (event_id, type, version, source, key, payload)
    SELECT gen_random_uuid(), 'bench.order_placed', 1, 'bench', 'k' || i,
           jsonb_build_object('n', i, 'pad', repeat('x', 200)) FROM generate_series($1::int, $2::int) i
"""

# outside: at least once; inside: with the session, in the cursor's transaction; single: the same, one event each.
LANE = os.environ.get("BUS_LANE", "outside")
HANDLERS = int(os.environ.get("BUS_HANDLERS", "1"))


def _lane() -> str:
    return "outside" if LANE == "outside" else "inside"


class OrderPlaced(DomainFact):
    model_config = ConfigDict(validate_by_name=True)

    name: ClassVar[str] = "bench.order_placed"

    n: int
    t: int
    id: str
    type: str
    source: str
    order: str = Field(alias="key")
    tenant: str
    actor: str
    trace: str
    data: dict[str, Any]

    def key(self) -> str:
        return self.order


class Peer(SessionProducer):
    name = "rose-ash"
    settings = "log with cursors, one process"
    pending_sql = "SELECT coalesce((SELECT max(id) FROM domain_events), 0) - coalesce(min(pos), 0) FROM event_cursors"

    async def seed_finished(self, n: int) -> None:
        """As the years leave it: pieces made ahead by the processor while the log grows."""
        driver = await asyncpg.connect(self.dsn)
        for first in range(1, n + 1, MILLION):
            await make_ahead(driver)
            await driver.execute(HISTORY, first, min(n, first + MILLION - 1), timeout=600)
        await driver.execute("INSERT INTO event_cursors SELECT 'bench', $1, max(id) FROM domain_events", _lane())
        await driver.execute("VACUUM ANALYZE domain_events", timeout=600)
        await driver.close()

    @property
    def url(self) -> str:
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://")

    async def setup(self) -> None:
        await asyncio.to_thread(upgrade, self.url)

    async def open_producer(self, n: int) -> None:
        """As the harness does, but with the engine that the apps have."""
        collect_seldom()
        self.engine = create_engine(self.url, pool_size=n)
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)
        use_engine(self.engine)
        self.wire = Wire()
        self.task = asyncio.create_task(self.wire.run())
        await self.wire.up.wait()

    async def close_producer(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await super().close_producer()

    async def _emit_in(self, session: Any, ev: dict[str, Any]) -> None:
        emit_event(session, OrderPlaced(**ev))

    async def emit_bulk(self, evs: list[dict[str, Any]]) -> None:
        async with self.session() as session, session.begin():
            for ev in evs:
                emit_event(session, OrderPlaced(**ev))

    async def start_consumer(self, on_event: Any) -> None:
        self.engine = create_engine(self.url)
        use_engine(self.engine)
        for number in range(HANDLERS):
            register_handler(OrderPlaced, _handler(on_event, number), consumer="bench")
        self.processor = EventProcessor("bench")
        if LANE == "single":
            _one_each()
        collect_seldom()
        self.task = asyncio.create_task(self.processor.run())

    async def stop_consumer(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.engine.dispose()


def _handler(on_event: Any, number: int) -> Any:
    def note(event: OrderPlaced) -> None:
        if number == 0:
            on_event({"n": event.n, "t": event.t})

    async def outside(event: OrderPlaced) -> None:
        note(event)

    async def inside(session: Any, event: OrderPlaced) -> None:  # noqa: ARG001
        note(event)

    found = outside if LANE == "outside" else inside
    found.__name__ = f"note_{number}"
    return found


def _one_each() -> None:
    from shared.events.inside import InsideLane

    InsideLane.at_once = 1
