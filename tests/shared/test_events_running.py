"""The processor as it serves: it hears an operator at once, keeps nobody waiting for another's trouble, stops well."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.db.session import transaction
from shared.events import lane as lanes
from shared.events.bus import register_handler
from shared.events.operations import pause, replay
from shared.events.processor import EventProcessor
from tests.shared.field import BedDug, SeedSown, dug, happen, sown, states, stones, told

PATIENCE = 20.0


@asynccontextmanager
async def running(processor: EventProcessor) -> AsyncIterator[None]:
    """With its wire up, as in an app that serves."""
    await processor.aclose()
    work = asyncio.create_task(processor.run())
    await asyncio.wait_for(processor._wire.up.wait(), PATIENCE)
    try:
        yield
        assert not work.done(), work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


class Gate:
    """A handler outside that waits until it is let through."""

    def __init__(self) -> None:
        self.knocked, self.open = asyncio.Event(), asyncio.Event()
        self.through: list[int] = []

    async def pass_by(self, event: SeedSown) -> None:
        self.knocked.set()
        await self.open.wait()
        self.through.append(event.seeds)


async def until(true: object, told_by: asyncio.Event | None = None) -> None:
    """Looks at something that changes in this very loop, or in the database behind it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = true() if callable(true) else true
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline
        await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])


async def test_whoever_is_told_to_go_on_goes_on_at_once(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EventProcessor, "_poll_seconds", lambda _: 3600.0)
    async with running(processor):
        async with transaction() as session:
            await pause(session, "field")
        await until(lambda: all(lane.cursor.paused for lane in processor.lanes))
        await happen(SeedSown(seeds=1))
        async with transaction() as session:
            await pause(session, "field", paused=False)

        await until(lambda: sown == [1])


async def test_pausing_makes_nobody_do_anything_twice(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "SAVE_SECONDS", 3600.0)
    monkeypatch.setattr(lanes, "SAVE_EVENTS", 10_000)
    async with running(processor):
        for turn in range(4):
            await happen(SeedSown(seeds=turn))
            await until(lambda turn=turn: len(sown) > turn)
        async with transaction() as session:
            await pause(session, "field")
        await until(lambda: all(lane.cursor.paused for lane in processor.lanes))
        async with transaction() as session:
            await pause(session, "field", paused=False)
        await happen(SeedSown(seeds=4))

        await until(lambda: 4 in sown)

    assert sown == [0, 1, 2, 3, 4]


async def test_a_paused_app_rests_whatever_is_due(processor: EventProcessor) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.step()
    async with transaction() as session:
        await pause(session, "field")

    await processor.step()

    inside = processor.lanes[0]
    assert inside.due_at is not None
    assert inside._patience(5.0) == 5.0


async def test_a_replayed_letter_is_tried_at_once(processor: EventProcessor, monkeypatch: pytest.MonkeyPatch) -> None:
    stones.add(("a", 1))
    await happen(BedDug(bed="a", turn=1))
    await processor.drain()
    stones.clear()
    monkeypatch.setattr(EventProcessor, "_poll_seconds", lambda _: 3600.0)
    async with running(processor):
        async with transaction() as session:
            await replay(session, handler="field.dig")

        await until(lambda: dug == [("a", 1)])


async def test_a_failure_that_waits_for_the_outside_holds_up_nobody(processor: EventProcessor) -> None:
    gate = Gate()

    async def deliver(event: SeedSown) -> None:
        if event.seeds == 1 and not gate.knocked.is_set():
            gate.knocked.set()
            raise RuntimeError("nobody is in")
        if event.seeds == 1:
            await gate.pass_by(event)

    register_handler(SeedSown, deliver, consumer="field")
    async with running(processor):
        await happen(SeedSown(seeds=1))
        await until(gate.knocked.is_set)
        await until(lambda: bool(processor.lanes[-1].under_way()[0]))
        await happen(SeedSown(seeds=2))

        await until(lambda: 2 in sown)

        assert gate.through == []
        gate.open.set()
        await until(lambda: gate.through == [1])
        await until(_nothing_waits)


async def _nothing_waits() -> bool:
    return await states() == []


async def test_nothing_overtakes_what_is_being_tried_again(processor: EventProcessor) -> None:
    gate, order = Gate(), []

    async def carry(event: BedDug) -> None:
        if event.turn == 1 and not gate.knocked.is_set():
            gate.knocked.set()
            raise RuntimeError("too heavy")
        if event.turn == 1:
            await gate.open.wait()
        order.append(event.turn)

    register_handler(BedDug, carry, consumer="field")
    async with running(processor):
        await happen(BedDug(bed="a", turn=1))
        await until(lambda: bool(processor.lanes[-1].under_way()[0]))
        await happen(BedDug(bed="a", turn=2), BedDug(bed="a", turn=3))
        await until(lambda: told == [1, 2, 3])
        gate.open.set()

        await until(lambda: len(order) == 3)

    assert order == [1, 2, 3]


async def stop(processor: EventProcessor, gate: Gate, *, opened: bool = False) -> None:
    """Asked to while it is in the middle of an event."""
    register_handler(SeedSown, gate.pass_by, consumer="field")
    await processor.aclose()
    work = asyncio.create_task(processor.run())
    await happen(SeedSown(seeds=1))
    await asyncio.wait_for(gate.knocked.wait(), PATIENCE)
    work.cancel()
    if opened:
        gate.open.set()
    await asyncio.wait([work], timeout=PATIENCE)


async def read_on() -> None:
    again = EventProcessor("field")
    await again.drain()
    await again.aclose()


async def test_asked_to_stop_it_finishes_what_it_began_and_notes_it(processor: EventProcessor) -> None:
    gate = Gate()

    await stop(processor, gate, opened=True)
    await read_on()

    assert (gate.through, sown) == ([1], [1])


async def test_what_does_not_end_is_ended_so_that_nobody_does_it_beside_the_next(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GRACE_SECONDS", 0.01)
    gate = Gate()

    await stop(processor, gate)
    gate.open.set()
    await read_on()

    assert gate.through == [1]


def test_after_a_rest_few_events_are_taken_at_once() -> None:
    pace = lanes.Pace()
    for _ in range(5):
        pace.took(0.001)
    assert pace.size == pace.LARGEST

    pace.rested()

    assert pace.size == pace.SMALLEST


async def test_a_place_that_stays_missing_is_looked_for_less_often(processor: EventProcessor) -> None:
    inside = processor.lanes[0]

    class Waiting:
        waits_for_a_hole, pos = True, 0

        def __init__(self, seconds: float) -> None:
            self.hole_seconds = seconds

    found = []
    for seconds in (0.0, 1.0, 3600.0):
        inside.reader = Waiting(seconds)  # type: ignore[assignment]
        found.append(inside._patience(5.0))

    assert found == [lanes.HOLE_SECONDS, 0.1, lanes.LONGEST_HOLE_SECONDS]
    del inside.reader
