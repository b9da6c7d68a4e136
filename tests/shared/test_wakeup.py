"""How a process hears of what another committed: by one short call, or else by looking itself now and then."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.db.session import transaction
from shared.events import processor as processing
from shared.events import wakeup
from shared.events.connection import Connection
from shared.events.processor import EventProcessor
from shared.events.wakeup import CHANNEL, Wire
from shared.models import KeyValue
from tests.shared.field import SeedSown, happen, sown
from tests.shared.relay.conftest import running, until

TOLD = "INSERT INTO domain_events (event_id, type, version, source, payload) VALUES (gen_random_uuid(), $1, 2, 'x', $2)"
WIRES = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rose-bus-wire' AND datname = current_database()"
)


class Ear:
    """Another process, that counts what it is told."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.heard: list[str] = []

    async def listen(self) -> None:
        await self.connection.add_listener(CHANNEL, lambda *call: self.heard.append(str(call[-1])))

    async def all_heard(self) -> list[str]:
        """What was said until now: NOTIFYs come in the order in which they were said."""
        await self.connection.execute(f"NOTIFY {CHANNEL}, 'last'")
        await until(self._hears_the_last)
        return self.heard[:-1]

    async def _hears_the_last(self) -> bool:
        return self.heard[-1:] == ["last"]

    async def emit_silently(self, seeds: int) -> None:
        await self.connection.execute(TOLD, SeedSown.name, f'{{"seeds": {seeds}}}')


@pytest.fixture
async def ear(processor: EventProcessor, database_url: str) -> AsyncIterator[Ear]:
    """The processor gives its lease back, to be run."""
    await processor.aclose()
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    found = Ear(connection)
    await found.listen()
    yield found
    await connection.close()


async def at_rest(processor: EventProcessor) -> bool:
    lanes = [lane for lane in processor.lanes if hasattr(lane, "reader")]
    return len(lanes) == 2 and all(lane.bell._waiters for lane in lanes)


async def sown_is(*seeds: int) -> bool:
    return sown == list(seeds)


async def test_what_nobody_told_of_is_found_by_looking(
    processor: EventProcessor, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "QUIET_POLL_SECONDS", 0.05)
    async with running(processor):
        await until(lambda: at_rest(processor))

        await ear.emit_silently(1)

        await until(lambda: sown_is(1), patience=5)


async def test_who_is_told_does_not_wait_for_its_next_look(
    processor: EventProcessor, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processing, "QUIET_POLL_SECONDS", 3600.0)
    monkeypatch.setattr(processing, "POLL_SECONDS", 3600.0)
    async with running(processor):
        await until(lambda: at_rest(processor))

        await ear.emit_silently(1)
        await ear.connection.execute(f"NOTIFY {CHANNEL}, 'events'")

        await until(lambda: sown_is(1), patience=5)


async def test_however_many_commit_at_once_the_others_are_told_seldom(
    processor: EventProcessor, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    for gap in ("GAP_SECONDS", "BUSY_GAP_SECONDS"):
        monkeypatch.setattr(wakeup, gap, 1.0)
    wire = Wire()
    task = asyncio.create_task(wire.run())
    await wire.up.wait()
    for number in range(20):
        async with transaction() as session:
            session.add(KeyValue(key=f"row {number}", value=True))
            await session.flush()
            wakeup.wake_after_commit(session, "events")

    await until(lambda: _heard(ear, 2))
    told = await ear.all_heard()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert told == ["events", "events"]


async def _heard(ear: Ear, count: int) -> bool:
    return len(ear.heard) >= count


async def test_several_processors_of_a_process_share_one_wire_and_say_it_once(
    processor: EventProcessor, ear: Ear
) -> None:
    others = EventProcessor("relay"), EventProcessor("inbox")
    async with running(processor):
        await until(lambda: at_rest(processor))
        async with running(others[0]), running(others[1]):
            await happen(SeedSown(seeds=1))
            await until(lambda: sown_is(1))
            await until(lambda: _heard(ear, 1))

            assert await ear.all_heard() == ["events"]
            assert await ear.connection.fetchval(WIRES) == 1


async def test_when_the_processor_that_kept_the_wire_up_ends_the_next_does(processor: EventProcessor, ear: Ear) -> None:
    async def is_up() -> bool:
        return processor._wire.up.is_set() and await ear.connection.fetchval(WIRES) == 1

    first = asyncio.create_task(EventProcessor("relay").run())
    await until(is_up)
    async with running(processor):
        await until(lambda: at_rest(processor))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await until(is_up)

        await happen(SeedSown(seeds=1))

        await until(lambda: _heard(ear, 1))
