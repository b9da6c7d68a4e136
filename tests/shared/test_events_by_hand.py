"""An operator's hand on the log: rewinding, pausing, skipping; its pieces; what it tells of itself."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import get_session, transaction
from shared.events import partitions
from shared.events.bus import NameTaken, emit_event, register_handler, registrations
from shared.events.metrics import render_metrics
from shared.events.operations import NoSuchConsumer, drop_delivery, list_lag, pause, replay, rewind, skip
from shared.events.processor import EventProcessor
from shared.events.testing import assert_emitted, delivered_twice
from shared.models import DomainEvent
from shared.utils import utcnow
from tests.shared import field
from tests.shared.field import BedDug, SeedSown, dug, happen, sown, states, stones


async def test_an_operator_may_give_up_a_delivery(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))
    await processor.step()
    async with transaction() as session:
        await drop_delivery(session, event_id=1, handler="field.dig")

    await processor.drain()

    assert (dug, await states()) == ([("a", 2)], [])


async def test_an_app_can_be_rewound_and_does_its_work_again(processor: EventProcessor) -> None:
    before = utcnow()
    await happen(SeedSown(seeds=1), SeedSown(seeds=2))
    await processor.drain()
    async with transaction() as session:
        await rewind(session, "field", to=before)

    await processor.drain()

    assert sown == [1, 2, 1, 2]


async def test_going_back_over_a_letter_leaves_nothing_behind_it_waiting(processor: EventProcessor) -> None:
    before = utcnow()
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))
    await processor.drain()
    assert (dug, await states()) == ([("a", 2)], [("dead", 1)])
    async with transaction() as session:
        await session.execute(text("DELETE FROM key_values"))
        await rewind(session, "field", to=before)
    stones.clear()

    await processor.drain()
    await happen(BedDug(bed="a", turn=3))
    await processor.drain()

    assert (dug[1:], await states()) == ([("a", 1), ("a", 2), ("a", 3)], [])


async def test_what_fails_again_after_going_back_is_tried_again(processor: EventProcessor) -> None:
    before = utcnow()
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.drain()
    async with transaction() as session:
        await rewind(session, "field", to=before)

    await processor.step()
    await happen(BedDug(bed="a", turn=2))
    await processor.step()

    assert await states() == [("retry", 1), ("parked", 2)]


async def test_letters_of_one_key_are_replayed_in_their_order(processor: EventProcessor) -> None:
    stones.update(("a", turn) for turn in (1, 2, 3))
    await happen(*(BedDug(bed="a", turn=turn) for turn in (1, 2, 3)))
    await processor.drain()
    stones.clear()
    stones.add(("a", 1))
    async with transaction() as session:
        await replay(session, handler="field.dig")
    assert await states() == [("retry", 1), ("parked", 2), ("parked", 3)]
    await processor.step()
    stones.clear()

    await processor.drain()

    assert (dug, await states()) == ([("a", 1), ("a", 2), ("a", 3)], [])


async def test_a_delivery_that_waits_can_be_hurried(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.step()
    async with transaction() as session:
        await session.execute(text("UPDATE event_deliveries SET next_at = now() + interval '1 hour'"))
    stones.clear()

    async with transaction() as session:
        await replay(session, event_id=1, handler="field.dig")
    await processor.drain()

    assert dug == [("a", 1)]


async def test_whoever_stands_first_in_line_goes_on_when_nobody_is_before_them(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))
    await processor.step()
    async with transaction() as session:
        await session.execute(text("DELETE FROM event_deliveries WHERE state = 'retry'"))
    await processor.aclose()

    await processor.drain()

    assert (dug, await states()) == ([("a", 2)], [])


async def test_giving_up_a_delivery_without_a_key_hurries_no_other(processor: EventProcessor) -> None:
    await happen(SeedSown(seeds=1), SeedSown(seeds=2))
    later = "now() + interval '1 hour', 'r', to_jsonb(e) FROM domain_events e"
    async with transaction() as session:
        await session.execute(
            text(f"""INSERT INTO event_deliveries
                (event_id, handler, consumer, lane, state, attempts, next_at, error, event)
                SELECT id, 'field.sow', 'field', 'outside', 'retry', 1, {later}""")
        )
        await drop_delivery(session, event_id=1, handler="field.sow")

        due = await session.scalar(text("SELECT count(*) FROM event_deliveries WHERE next_at <= now()"))

    assert due == 0


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


async def test_after_a_test_that_failed_each_handler_is_called_once_again(processor: EventProcessor) -> None:
    with pytest.raises(ZeroDivisionError), delivered_twice(processor):
        raise ZeroDivisionError

    await happen(SeedSown(seeds=1))
    await processor.drain()

    assert sown == [1]


async def test_a_second_handler_of_a_name_is_refused_and_the_same_one_welcome(processor: EventProcessor) -> None:
    async def sow(event: SeedSown) -> None:
        """Another one, that happens to be called the same."""

    before = registrations("field")
    with pytest.raises(NameTaken):
        register_handler(SeedSown, sow, consumer="field")
    register_handler(SeedSown, field.sow, consumer="field")

    assert registrations("field") == before


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
