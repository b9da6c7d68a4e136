"""What an operator sees of the bus, and can do."""

import pytest

from shared.db.session import get_session, transaction
from shared.events.bus import emit_event
from shared.events.operations import NoSuchConsumer, NothingDead, StillReads, forget, list_dead, list_lag, replay
from shared.events.processor import EventProcessor
from tests.shared.test_events import LeafFell, deliveries_in, drain, failing, leaves
from tests.shared.test_events import processor as processor  # noqa: PLC0414  the fixture


@pytest.fixture
async def broken(processor: EventProcessor) -> EventProcessor:
    """One leaf fell, and both handlers gave up on it."""
    failing.add(1)
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=1))
    await drain(processor)
    failing.clear()
    return processor


async def test_the_lag_counts_what_is_unread_and_what_failed(broken: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=2))

    async with get_session(read_only=True) as session:
        (row,) = await list_lag(session)

    assert (row.consumer, row.events, row.retrying, row.dead) == ("garden", 1, 0, 2)


async def test_the_dead_are_listed_with_their_reason(broken: EventProcessor) -> None:
    async with get_session(read_only=True) as session:
        found = await list_dead(session)

    assert [(delivery.handler, kind) for delivery, kind, _ in found] == [
        ("garden.note_leaf", "tests.leaf_fell"),
        ("garden.tell_neighbour", "tests.leaf_fell"),
    ]


async def test_a_replay_of_one_handler_leaves_the_other_dead(broken: EventProcessor) -> None:
    async with transaction() as session:
        again = await replay(session, handler="garden.note_leaf")
    await drain(broken)

    assert again == 1
    assert await leaves() == {"leaf.1"}
    assert await deliveries_in("dead") == 1


async def test_there_may_be_nothing_to_replay(processor: EventProcessor) -> None:
    async with transaction() as session:
        with pytest.raises(NothingDead):
            await replay(session, event_id=404)


async def test_a_reader_that_will_never_come_back_is_forgotten(broken: EventProcessor) -> None:
    async with transaction() as session:
        with pytest.raises(StillReads):
            await forget(session, "garden")
    await broken.aclose()

    async with transaction() as session:
        await forget(session, "garden")

    async with get_session(read_only=True) as session:
        assert await list_lag(session) == []
    assert await deliveries_in("dead") == 0
    async with transaction() as session:
        with pytest.raises(NoSuchConsumer):
            await forget(session, "garden")
