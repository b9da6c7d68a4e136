"""The bus: told once after the commit, never without it, and one handler's trouble is its own."""

from collections.abc import AsyncIterator
from typing import ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.session import create_engine, get_session, transaction, use_engine
from shared.events import deliveries
from shared.events.bus import DomainFact, emit_event, register_handler
from shared.events.deliveries import BASE, CAP, backoff
from shared.events.processor import EventProcessor
from shared.models import DomainEvent, EventDelivery, KeyValue


class LeafFell(DomainFact):
    name: ClassVar[str] = "tests.leaf_fell"

    leaf: int

    def key(self) -> str:
        return f"tree:{self.leaf % 3}"


class BranchBroke(DomainFact):
    name: ClassVar[str] = "tests.branch_broke"


seen: list[int] = []
failing: set[int] = set()


async def note_leaf(session: AsyncSession, event: LeafFell) -> None:
    session.add(KeyValue(key=f"leaf.{event.leaf}", value=True))
    await session.flush()
    if event.leaf in failing:
        raise RuntimeError("the ladder is short")


async def tell_neighbour(event: LeafFell) -> None:
    if event.leaf in failing:
        raise RuntimeError("nobody is in")
    seen.append(event.leaf)


async def snap_twigs(session: AsyncSession, event: BranchBroke) -> None:
    emit_event(session, LeafFell(leaf=100))


@pytest.fixture
async def processor(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventProcessor]:
    engine = create_engine(database_url)
    use_engine(engine)
    monkeypatch.setattr(deliveries, "backoff", lambda _: deliveries.BASE * 0)
    seen.clear()
    failing.clear()
    for fact, handler in ((LeafFell, note_leaf), (LeafFell, tell_neighbour), (BranchBroke, snap_twigs)):
        register_handler(fact, handler, consumer="garden")
    processor = EventProcessor("garden")
    await processor.start_cursor()
    yield processor
    await processor.aclose()
    await engine.dispose()
    use_engine(None)


async def drain(processor: EventProcessor) -> None:
    await processor.drain()


async def write_now(session: AsyncSession, fact: DomainFact) -> None:
    """The fact has its id, and its transaction is still open."""
    row = DomainEvent(event_id=uuid4(), type=fact.name, source="tests", key=fact.key(), payload=fact.model_dump())
    session.add(row)
    await session.flush()


async def leaves() -> set[str]:
    async with get_session(read_only=True) as session:
        return set(await session.scalars(select(KeyValue.key)))


async def deliveries_in(state: str) -> int:
    async with get_session(read_only=True) as session:
        count = select(func.count()).select_from(EventDelivery).where(EventDelivery.state == state)
        return await session.scalar(count) or 0


async def test_every_handler_is_told_once(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=1))
        emit_event(session, LeafFell(leaf=2))

    await drain(processor)
    await drain(processor)

    assert await leaves() == {"leaf.1", "leaf.2"}
    assert sorted(seen) == [1, 2]


async def test_what_was_rolled_back_never_happened(processor: EventProcessor) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction() as session:
            emit_event(session, LeafFell(leaf=1))
            raise ZeroDivisionError

    await drain(processor)

    assert await leaves() == set()


async def test_handlers_may_emit(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, BranchBroke())

    await drain(processor)

    assert await leaves() == {"leaf.100"}


async def test_a_failing_handler_holds_up_nobody_and_is_tried_again(processor: EventProcessor) -> None:
    failing.add(1)
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=1))
        emit_event(session, LeafFell(leaf=2))
    for _ in range(4):
        await processor.step()

    assert await leaves() == {"leaf.2"}

    failing.clear()
    await drain(processor)

    assert await leaves() == {"leaf.1", "leaf.2"}
    assert sorted(seen) == [1, 2]
    assert await deliveries_in("retry") == 0


async def test_after_many_failures_it_is_kept_as_dead_with_its_reason(processor: EventProcessor) -> None:
    failing.add(1)
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=1))

    await drain(processor)

    assert await deliveries_in("dead") == 2
    async with get_session(read_only=True) as session:
        errors = set(await session.scalars(select(EventDelivery.error)))
    assert errors == {"RuntimeError('the ladder is short')", "RuntimeError('nobody is in')"}


async def test_an_older_transaction_that_commits_later_is_not_skipped(processor: EventProcessor) -> None:
    async with get_session() as slow:
        await write_now(slow, LeafFell(leaf=1))
        async with transaction() as quick:
            emit_event(quick, LeafFell(leaf=2))
        await drain(processor)

        assert await leaves() == set()

        await slow.commit()
    await drain(processor)

    assert await leaves() == {"leaf.1", "leaf.2"}


async def test_the_place_of_a_transaction_that_failed_is_passed(processor: EventProcessor) -> None:
    async with get_session() as broken:
        await write_now(broken, LeafFell(leaf=1))
        async with transaction() as quick:
            emit_event(quick, LeafFell(leaf=2))
        await drain(processor)
        await broken.rollback()

    await drain(processor)

    assert await leaves() == {"leaf.2"}
    assert seen == [2]


async def test_two_processes_share_the_work_without_doubling_it(processor: EventProcessor) -> None:
    import asyncio

    async with transaction() as session:
        for leaf in range(20):
            emit_event(session, LeafFell(leaf=leaf))

    await asyncio.gather(drain(processor), drain(EventProcessor("garden")))
    await drain(processor)

    assert len(await leaves()) == 20
    assert sorted(seen) == list(range(20))


async def test_facts_are_stored_with_their_key_source_and_version(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, LeafFell(leaf=4))

    async with get_session(read_only=True) as session:
        event = (await session.scalars(select(DomainEvent))).one()
        written = await session.scalar(text("SELECT xid = pg_current_xact_id() FROM domain_events"))

    assert (event.type, event.key, event.version, event.payload) == ("tests.leaf_fell", "tree:1", 1, {"leaf": 4})
    assert written is False


def test_the_wait_for_another_try_grows_and_is_by_chance() -> None:
    waits = {tries: [backoff(tries) for _ in range(200)] for tries in (1, 4, 20)}

    for tries, longest in ((1, BASE * 2), (4, BASE * 16), (20, CAP)):
        assert longest / 2 < max(waits[tries]) <= longest
        assert min(waits[tries]) < longest / 4
        assert len(set(waits[tries])) > 100
