"""An operator's hand on the log: rewinding, pausing, skipping; its pieces; what it tells of itself."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import get_session, transaction
from shared.events import partitions
from shared.events.bus import NameTaken, emit_event, register_handler, registrations
from shared.events.metrics import render_metrics
from shared.events.operations import NoSuchConsumer, drop_delivery, list_lag, pause, rewind, skip
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
