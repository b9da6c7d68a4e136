"""The log is kept while it runs: pieces ahead, old ones gone, nobody held up, nothing left of earlier releases."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared.db.session import get_session, transaction
from shared.events import bus, keeper, partitions, wakeup
from shared.events.bus import register_handler
from shared.events.connection import Connection, connect
from shared.events.keeper import Keeper
from shared.events.operations import list_lag, pause, replay
from shared.events.processor import EventProcessor
from shared.models import DomainEvent, EventCursor
from shared.utils import utcnow
from tests.shared.field import BedDug, SeedSown, dug, happen, sow, sown, states, stones
from tests.shared.relay.conftest import running, until

OLD = timedelta(days=60)


@pytest.fixture
async def beside(processor: EventProcessor) -> AsyncIterator[Connection]:
    """A connection of somebody else's, in the midst of something."""
    found = await connect("tests")
    yield found
    await found.close()


@pytest.fixture
async def full(processor: EventProcessor, beside: Connection) -> EventProcessor:
    """Two pieces of the log have events that were handled: ids 1, 999999 (in the first piece) and 1000000."""
    await happen(SeedSown(seeds=1))
    await beside.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 999999")
    await happen(SeedSown(seeds=2), SeedSown(seeds=3))
    await processor.drain()
    return processor


async def pieces(connection: Connection) -> list[str]:
    return [row["relname"] for row in await connection.fetch(partitions.PIECES)]


async def grow_old(*ids: int) -> None:
    async with transaction() as session:
        wanted = DomainEvent.id.in_(ids) if ids else DomainEvent.id > 0
        await session.execute(update(DomainEvent).where(wanted).values(created_at=utcnow() - OLD))


async def cursors() -> dict[str, int]:
    async with get_session(read_only=True) as session:
        rows = await session.execute(select(EventCursor.lane, EventCursor.pos))
        return {lane: pos for lane, pos in rows}  # noqa: C416  a Row is no pair to mypy


async def tidy(processor: EventProcessor) -> Keeper:
    assert processor._lease is not None
    found = Keeper(processor._lease, processor.lanes)
    await found.step(tidy=True)
    return found


async def test_a_piece_that_everybody_has_read_goes_when_it_is_old(full: EventProcessor, beside: Connection) -> None:
    await tidy(full)
    assert "p000000" in await pieces(beside)
    await grow_old()

    await tidy(full)

    assert (await pieces(beside))[0] == "p000001"


async def test_a_piece_whose_newest_event_is_young_stays(full: EventProcessor, beside: Connection) -> None:
    await grow_old(1)

    await tidy(full)

    assert "p000000" in await pieces(beside)


@pytest.mark.parametrize("paused", [False, True])
async def test_what_one_reader_has_not_read_stays_however_old(
    full: EventProcessor, beside: Connection, paused: bool
) -> None:
    await grow_old()
    async with transaction() as session:
        session.add(EventCursor(consumer="slow", lane="inside", pos=999998))
        if paused:
            await pause(session, "slow")
    await tidy(full)
    assert "p000000" in await pieces(beside)

    await beside.execute("UPDATE event_cursors SET pos = 999999 WHERE consumer = 'slow'")
    await tidy(full)

    assert "p000000" not in await pieces(beside)


async def test_a_dead_letter_can_be_replayed_when_its_piece_is_long_gone(
    processor: EventProcessor, beside: Connection
) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await beside.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 999999")
    await happen(SeedSown(seeds=2))
    await processor.drain()
    await grow_old()
    await tidy(processor)
    assert "p000000" not in await pieces(beside)
    stones.clear()

    async with transaction() as session:
        await replay(session)
    await processor.drain()

    assert (dug, await states()) == ([("a", 1)], [])


async def test_the_safety_net_is_emptied_by_the_same_rule(processor: EventProcessor, beside: Connection) -> None:
    await beside.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 7999999")
    await happen(SeedSown(seeds=1))
    await processor.drain()
    await tidy(processor)
    count = "SELECT count(*) FROM event_log.p_rest"
    assert await beside.fetchval(count) == 1
    await grow_old()

    await tidy(processor)

    assert await beside.fetchval(count) == 0
    await happen(SeedSown(seeds=2))
    await processor.drain()
    assert sown == [1, 2]


async def test_while_it_runs_pieces_are_made_and_dropped(full: EventProcessor, beside: Connection) -> None:
    async def is_kept() -> bool:
        wakeup.ring("schedule")
        return await pieces(beside) == [*(f"p{number:06}" for number in range(2, 6)), "p_rest"]

    async def is_tidied() -> bool:
        return "p000000" not in await pieces(beside)

    await grow_old()
    await full.aclose()
    async with running(full):
        await until(is_tidied)
        await beside.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 2500000")
        await happen(SeedSown(seeds=4), SeedSown(seeds=5))
        await until(lambda: _is_read(5))
        await until(is_kept, patience=20)


async def _is_read(count: int) -> bool:
    async with get_session(read_only=True) as session:
        return len(sown) == count and all(row.events == 0 for row in await list_lag(session))


@pytest.mark.parametrize("read", ["event_log.p000000", "ONLY domain_events"])
async def test_a_backup_that_reads_the_log_holds_up_nobody(full: EventProcessor, beside: Connection, read: str) -> None:
    await grow_old()
    taken: list[float] = []
    async with beside.transaction():
        await beside.execute(f"LOCK TABLE {read} IN ACCESS SHARE MODE")
        keeping = asyncio.create_task(tidy(full))
        while not keeping.done():
            before = asyncio.get_running_loop().time()
            await happen(SeedSown(seeds=4))
            taken.append(asyncio.get_running_loop().time() - before)
        kept = await keeping
        await tidy(full)

    assert max(taken) < 0.5
    assert kept._tidy_at - asyncio.get_running_loop().time() < keeper.TIDY_SECONDS / 2
    assert "p000000" in await pieces(beside)
    await tidy(full)
    assert "p000000" not in await pieces(beside)


async def test_a_backup_restarts_no_reader_and_is_told_of_once(
    full: EventProcessor, beside: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(keeper.log, "warning", lambda words, **_: said.append(words), raising=False)
    monkeypatch.setattr(keeper, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(keeper, "PEEK_SECONDS", 0.01)
    await grow_old()
    await full.aclose()
    await beside.execute("ALTER SEQUENCE domain_events_id_seq RESTART WITH 2999999")
    async with beside.transaction():
        await beside.execute("LOCK TABLE event_log.p000000, event_log.p_rest IN ACCESS SHARE MODE")
        async with running(full):
            await until(lambda: _epochs_are(2))
            await happen(*(SeedSown(seeds=4) for _ in range(3)))
            await until(lambda: _is_read(6))
            assert await _epochs_are(2)

    assert said == ["tidying is put off"]


async def _epochs_are(number: int) -> bool:
    """How often a reader has begun: with each start of the processor, one more."""
    async with get_session(read_only=True) as session:
        return set(await session.scalars(select(EventCursor.epoch))) == {number}


async def test_a_lane_that_lost_its_last_handler_holds_up_nothing(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1), BedDug(bed="a", turn=2))
    await processor.step()
    assert await states() == [("retry", 1), ("parked", 2)]
    await processor.aclose()
    monkeypatch.setattr(bus, "_registrations", {})
    register_handler(SeedSown, sow, consumer="field")

    async with running(processor):
        await until(_only_outside)

    assert await states() == [("dead", 1), ("dead", 2)]


async def _only_outside() -> bool:
    return set(await cursors()) == {"outside"}


async def test_a_handler_that_changed_lanes_takes_what_waits_for_it_along(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.step()
    await processor.aclose()
    monkeypatch.setattr(bus, "_registrations", {})
    register_handler(BedDug, _dig_alone(), consumer="field")

    async with running(processor):
        await until(_nothing_waits)

    assert ("alone", 1) in dug


async def _nothing_waits() -> bool:
    return await states() == []


def _dig_alone() -> Callable[[BedDug], Awaitable[None]]:
    async def dig(event: BedDug) -> None:
        dug.append(("alone", event.turn))

    return dig
