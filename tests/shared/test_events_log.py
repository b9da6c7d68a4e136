"""What the log promises beyond the plain case: order, savepoints, later moments, old versions."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import WroteWhileReading, create_engine, get_session, transaction, use_engine
from shared.events import schedule
from shared.events.bus import emit_event, register_handler
from shared.events.processor import EventProcessor
from shared.events.testing import wait_until_quiet
from shared.events.versions import register_upcaster
from shared.models import DomainEvent, EventDelivery, EventSchedule, KeyValue
from shared.utils import utcnow
from tests.shared.field import BedDug, SeedSown, dug, happen, sown, states, stones, told


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
    await schedule.store(lease.connection, "tests")
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


async def test_a_session_that_is_lost_while_handling_is_the_handlers_failure(processor: EventProcessor) -> None:
    calls: list[int] = []

    async def fall_asleep(session: AsyncSession, event: SeedSown) -> None:
        calls.append(event.seeds)
        async with get_session() as other:
            mine = await session.scalar(text("SELECT pg_backend_pid()"))
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        await session.execute(text("SELECT 1"))

    register_handler(SeedSown, fall_asleep, consumer="field")
    await happen(SeedSown(seeds=1), SeedSown(seeds=2))

    await processor.drain()

    assert await states() == [("dead", 1), ("dead", 2)]
    assert sown == [1, 2]


async def test_a_handler_that_divides_by_zero_has_not_lost_the_lease(processor: EventProcessor) -> None:
    async def count(session: AsyncSession, event: SeedSown) -> None:
        await session.execute(text("SELECT 1 / 0"))

    register_handler(SeedSown, count, consumer="field")
    await happen(SeedSown(seeds=1), SeedSown(seeds=2))

    await processor.drain()

    assert await states() == [("dead", 1), ("dead", 2)]
