"""What the log promises beyond the plain case: order, savepoints, later moments, old versions, an operator's hand."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import WroteWhileReading, create_engine, get_session, transaction, use_engine
from shared.events import bus, deliveries, partitions, schedule
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.metrics import render_metrics
from shared.events.operations import NoSuchConsumer, drop_delivery, list_lag, pause, rewind, skip
from shared.events.processor import EventProcessor
from shared.events.testing import assert_emitted, delivered_twice, wait_until_quiet
from shared.events.versions import register_upcaster
from shared.models import DomainEvent, EventDelivery, EventSchedule, KeyValue
from shared.utils import utcnow


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


async def test_a_savepoint_takes_its_facts_with_it(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, BedDug(bed="a", turn=1))
        with pytest.raises(ZeroDivisionError):
            async with session.begin_nested():
                emit_event(session, BedDug(bed="a", turn=2))
                raise ZeroDivisionError
        async with session.begin_nested():
            emit_event(session, BedDug(bed="a", turn=3))

    await processor.drain()

    assert dug == [("a", 1), ("a", 3)]


async def test_a_flush_that_fails_in_a_savepoint_leaves_earlier_facts_alone(processor: EventProcessor) -> None:
    async with transaction() as session:
        session.add(KeyValue(key="gate", value=1))
        await session.flush()
        emit_event(session, BedDug(bed="a", turn=1))
        with pytest.raises(Exception, match="pk_key_values"):
            async with session.begin_nested():
                await session.execute(text("INSERT INTO key_values (key, value) VALUES ('gate', '2')"))
        session.add(KeyValue(key="fence", value=1))

    await processor.drain()

    assert dug == [("a", 1)]


async def test_reading_sessions_emit_nothing() -> None:
    from shared.db.session import open_session

    engine = create_engine("postgresql+asyncpg://nobody@localhost/nowhere")
    use_engine(engine)
    async with open_session(read_only=True) as session:
        with pytest.raises(WroteWhileReading):
            emit_event(session, BedDug(bed="a", turn=1))
    use_engine(None)


async def test_facts_of_one_key_wait_behind_a_failed_one_and_keep_their_order(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(*(BedDug(bed=bed, turn=turn) for turn in (1, 2, 3) for bed in ("a", "b")))

    await processor.step()

    assert dug[-3:] == [("b", 1), ("b", 2), ("b", 3)]
    assert await states() == [("retry", 1), ("parked", 3), ("parked", 5)]
    stones.clear()
    dug.clear()
    await processor.drain()
    assert dug == [("a", 1), ("a", 2), ("a", 3)]
    assert await states() == []


async def test_what_is_given_up_lets_the_next_of_its_key_go_on(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))

    await processor.drain()

    assert dug == [("a", 2)]
    assert await states() == [("dead", 1)]


async def test_an_operator_may_give_up_a_delivery(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))
    await processor.step()
    async with transaction() as session:
        await drop_delivery(session, event_id=1, handler="field.dig")

    await processor.drain()

    assert (dug, await states()) == ([("a", 2)], [])


async def test_after_a_restart_keys_that_wait_still_wait(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.step()
    async with transaction() as session:
        later = update(EventDelivery).values(next_at=utcnow() + timedelta(hours=1))
        await session.execute(later)
    await processor.aclose()

    await happen(BedDug(bed="a", turn=2))
    await processor.drain()

    assert (dug, await states()) == ([], [("retry", 1), ("parked", 2)])


async def test_unordered_handlers_need_not_wait_for_a_transaction_that_is_still_open(processor: EventProcessor) -> None:
    async with get_session() as slow:
        slow.add(DomainEvent(event_id=uuid4(), type="tests.other", source="tests", payload={}))
        await slow.flush()
        await happen(BedDug(bed="a", turn=1))

        await processor.drain()
        await processor.drain()

        assert (dug, told) == ([], [1])
        await slow.commit()
    await processor.drain()
    assert (dug, told) == ([("a", 1)], [1])


async def test_one_bad_event_undoes_no_neighbour_and_none_counts_twice(processor: EventProcessor) -> None:
    stones.add(("b", 4))
    await happen(*(BedDug(bed="abc"[turn % 3], turn=turn) for turn in range(9)))

    await processor.drain()

    async with get_session(read_only=True) as session:
        found = set(await session.scalars(select(KeyValue.key)))
    assert found == {f"{'abc'[turn % 3]}.{turn}" for turn in range(9)} - {"b.4"}


async def test_a_reader_whose_cursor_was_taken_over_writes_nothing(processor: EventProcessor) -> None:
    await happen(BedDug(bed="a", turn=1))
    async with transaction() as session:
        await session.execute(text("UPDATE event_cursors SET epoch = epoch + 1, pos = 1"))

    await processor.drain()

    async with get_session(read_only=True) as session:
        assert await session.scalar(select(KeyValue)) is None


async def test_a_fact_may_be_told_later(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, BedDug(bed="a", turn=2), at=utcnow() + timedelta(hours=1))
        emit_event(session, BedDug(bed="a", turn=1), at=utcnow() - timedelta(hours=1))

    await wait_until_quiet(processor)

    assert dug == [("a", 1)]


async def test_a_regular_fact_is_told_when_its_time_has_come(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_regular", {})
    schedule.register_schedule("*/5 * * * *", SeedSown(seeds=7))
    lease = processor._lease
    assert lease is not None
    await schedule.store(lease.connection)
    async with transaction() as session:
        await session.execute(update(EventSchedule).values(run_at=utcnow() - timedelta(hours=1)))

    await wait_until_quiet(processor)

    async with get_session(read_only=True) as session:
        next_run = await session.scalar(select(EventSchedule.run_at))
    assert sown == [7]
    assert next_run is not None
    assert next_run > utcnow()


async def test_old_versions_are_brought_up_to_date(processor: EventProcessor) -> None:
    register_upcaster("tests.seed_sown", 1, lambda payload: {"seeds": payload["dozens"] * 12})
    async with transaction() as session:
        old = {"type": "tests.seed_sown", "version": 1, "source": "tests", "payload": {"dozens": 3}}
        session.add(DomainEvent(event_id=uuid4(), **old))

    await processor.drain()

    assert sown == [36]


async def test_an_app_can_be_rewound_and_does_its_work_again(processor: EventProcessor) -> None:
    before = utcnow()
    await happen(SeedSown(seeds=1), SeedSown(seeds=2))
    await processor.drain()
    async with transaction() as session:
        await rewind(session, "field", to=before)

    await processor.drain()

    assert sown == [1, 2, 1, 2]


async def test_while_an_app_is_paused_nothing_is_handled_and_nothing_lost(processor: EventProcessor) -> None:
    async with transaction() as session:
        await pause(session, "field")
    await happen(SeedSown(seeds=1))
    await processor.drain()

    assert sown == []

    async with transaction() as session:
        await pause(session, "field", paused=False)
    await processor.drain()
    assert sown == [1]


async def test_what_is_skipped_is_never_handled(processor: EventProcessor) -> None:
    await happen(SeedSown(seeds=1))
    async with transaction() as session:
        await skip(session, "field")

    await processor.drain()

    assert sown == []


async def test_an_unknown_app_cannot_be_paused(processor: EventProcessor) -> None:
    async with transaction() as session:
        with pytest.raises(NoSuchConsumer):
            await pause(session, "orchard")


async def test_pieces_of_the_log_are_made_ahead_and_dropped_when_old(processor: EventProcessor) -> None:
    lease = processor._lease
    assert lease is not None
    await lease.connection.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 3999999")
    await happen(SeedSown(seeds=1), SeedSown(seeds=2), SeedSown(seeds=3))
    await processor.drain()
    await lease.connection.execute("UPDATE domain_events SET created_at = now() - interval '60 days'")

    await partitions.make_ahead(lease.connection)
    await partitions.drop_old(lease.connection)

    left = [row["relname"] for row in await lease.connection.fetch(partitions.PIECES)]
    assert left == ["p000004_2", "p000005", "p000006", "p000007", "p_rest"]
    await happen(SeedSown(seeds=4))
    await processor.drain()
    assert sown == [1, 2, 3, 4]


async def test_what_handlers_emit_carries_its_cause_and_its_trace(processor: EventProcessor) -> None:
    async def harvest(session: AsyncSession, event: BedDug) -> None:
        emit_event(session, SeedSown(seeds=event.turn))

    register_handler(BedDug, harvest, consumer="field")
    await happen(BedDug(bed="a", turn=1))
    await processor.drain()

    async with get_session(read_only=True) as session:
        first, second = (await session.scalars(select(DomainEvent).order_by(DomainEvent.id))).all()
        cloud = await session.scalar(text("SELECT event FROM event_cloudevents ORDER BY id DESC LIMIT 1"))
        await assert_emitted(session, SeedSown, seeds=1)
    assert second.meta is not None
    assert second.meta["causation"] == str(first.event_id)
    assert cloud is not None
    assert (cloud["id"], cloud["traceparent"]) == (str(second.event_id), second.meta["traceparent"])


async def test_a_handler_can_be_tested_against_a_second_call(processor: EventProcessor) -> None:
    await happen(SeedSown(seeds=1))

    with delivered_twice(processor):
        await processor.drain()

    assert sown == [1, 1]


async def test_the_bus_tells_prometheus(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.drain()

    async with get_session(read_only=True) as session:
        words = (await render_metrics(session)).decode()
        (lag,) = await list_lag(session)

    assert 'rose_event_lag{consumer="field"} 0.0' in words
    assert 'rose_event_deliveries{handler="field.dig",state="dead"} 1.0' in words
    assert lag.events == 0
