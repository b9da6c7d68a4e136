"""A field where beds are dug and seeds sown: facts and handlers for the tests of the log."""

from collections.abc import AsyncIterator
from typing import ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import create_engine, get_session, transaction, use_engine
from shared.events import bus, deliveries
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.processor import EventProcessor
from shared.models import EventDelivery, KeyValue


class BedDug(DomainFact):
    name: ClassVar[str] = "tests.bed_dug"

    bed: str
    turn: int

    def key(self) -> str:
        return self.bed


class SeedSown(DomainFact):
    """Version 1 counted in dozens."""

    name: ClassVar[str] = "tests.seed_sown"
    version: ClassVar[int] = 2

    seeds: int


dug: list[tuple[str, int]] = []
told: list[int] = []
sown: list[int] = []
stones: set[tuple[str, int]] = set()


async def dig(session: AsyncSession, event: BedDug) -> None:
    session.add(KeyValue(key=f"{event.bed}.{event.turn}", value=True))
    if (event.bed, event.turn) in stones:
        raise RuntimeError("a stone")
    dug.append((event.bed, event.turn))


async def tell(event: BedDug) -> None:
    told.append(event.turn)


async def sow(event: SeedSown) -> None:
    sown.append(event.seeds)


@pytest.fixture
async def processor(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventProcessor]:
    engine = create_engine(database_url)
    use_engine(engine)
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.BASE * 0)
    for kept in (dug, told, sown, stones):
        kept.clear()
    monkeypatch.setattr(bus, "_registrations", {})
    register_handler(BedDug, dig, consumer="field")
    register_handler(BedDug, tell, consumer="field", ordered=False)
    register_handler(SeedSown, sow, consumer="field")
    processor = EventProcessor("field")
    await processor.start_cursor()
    yield processor
    await processor.aclose()
    await engine.dispose()
    use_engine(None)


async def happen(*facts: DomainFact) -> None:
    async with transaction() as session:
        for fact in facts:
            emit_event(session, fact)


async def states() -> list[tuple[str, int]]:
    async with get_session(read_only=True) as session:
        query = select(EventDelivery.state, EventDelivery.event_id).order_by(EventDelivery.event_id)
        return [(state, number) for state, number in await session.execute(query)]
