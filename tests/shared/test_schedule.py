"""Facts for later and regular ones: told once, by the clock of the database, and no more once they are taken away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text, update

from shared.db.session import get_session, transaction
from shared.events import schedule
from shared.events.bus import NameTaken, NoMoment, emit_event
from shared.events.connection import Connection, connect
from shared.events.cron import CronWrong
from shared.events.keeper import Keeper
from shared.events.lease import Lease
from shared.events.processor import EventProcessor
from shared.events.schedule import register_schedule
from shared.models import DomainEvent, EventSchedule
from shared.utils import utcnow
from tests.shared.field import BedDug, SeedSown

HOURLY, DAILY = "0 * * * *", "0 3 * * *"


@pytest.fixture(autouse=True)
def _nothing_is_regular(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "_regular", {})


@pytest.fixture
async def connection(processor: EventProcessor) -> AsyncIterator[Connection]:
    found = await connect("tests", lock_timeout="3s")
    yield found
    await found.close()


async def fall_due() -> None:
    async with transaction() as session:
        await session.execute(update(EventSchedule).values(run_at=utcnow() - timedelta(hours=3)))


async def told() -> int:
    async with get_session(read_only=True) as session:
        return await session.scalar(text("SELECT count(*) FROM domain_events")) or 0


async def scheduled() -> dict[str | None, str | None]:
    async with get_session(read_only=True) as session:
        rows = await session.execute(select(EventSchedule.name, EventSchedule.cron))
        return {name: line for name, line in rows}  # noqa: C416  a Row is no pair to mypy


async def keep(consumer: str = "tests", *, tidy: bool = False) -> None:
    lease = Lease(consumer, await connect("tests"))
    try:
        for _ in range(3):
            await Keeper(lease, []).step(tidy=tidy)
    finally:
        await lease.aclose()


async def test_many_who_look_at_the_same_minute_tell_it_once(processor: EventProcessor) -> None:
    register_schedule(HOURLY, SeedSown(seeds=1))
    await keep(tidy=True)
    await fall_due()

    await asyncio.gather(*(keep() for _ in range(4)))

    assert await told() == 1


async def test_what_one_is_telling_no_other_tells(connection: Connection, processor: EventProcessor) -> None:
    register_schedule(HOURLY, SeedSown(seeds=1))
    await keep(tidy=True)
    await fall_due()

    async with connection.transaction():
        assert await schedule.move_due(connection)
        await keep()

    await keep()
    assert await told() == 1


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-5), timedelta(seconds=-1), timedelta(hours=5)])
async def test_a_process_whose_clock_is_wrong_tells_it_once(processor: EventProcessor, wrong_by: timedelta) -> None:
    with time_machine.travel(datetime.now(UTC) + wrong_by, tick=True):
        register_schedule("* * * * *", SeedSown(seeds=1))
        await keep(tidy=True)
    await fall_due()

    with time_machine.travel(datetime.now(UTC) + wrong_by, tick=True):
        await keep()

    async with get_session(read_only=True) as session:
        next_run = await session.scalar(
            text("SELECT run_at > now() AND run_at <= now() + interval '1 min' FROM event_schedule")
        )
    assert (await told(), next_run) == (1, True)


async def test_a_fact_may_be_told_by_several_schedules(processor: EventProcessor) -> None:
    register_schedule(HOURLY, SeedSown(seeds=1))
    register_schedule(DAILY, SeedSown(seeds=2), name="tests.sow_at_night")

    await keep(tidy=True)

    assert await scheduled() == {"tests.seed_sown": HOURLY, "tests.sow_at_night": DAILY}


def test_two_schedules_of_one_name_are_refused() -> None:
    register_schedule(HOURLY, SeedSown(seeds=1))
    register_schedule(HOURLY, SeedSown(seeds=1))

    with pytest.raises(NameTaken):
        register_schedule(DAILY, SeedSown(seeds=1))
    with pytest.raises(NameTaken):
        register_schedule(HOURLY, SeedSown(seeds=2))


def test_a_day_that_never_comes_is_refused_where_it_is_registered() -> None:
    with pytest.raises(CronWrong):
        register_schedule("0 0 31 2 *", SeedSown(seeds=1))


async def test_what_an_app_no_longer_registers_ends_and_that_of_others_stays(
    processor: EventProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_schedule(HOURLY, SeedSown(seeds=1))
    register_schedule(HOURLY, BedDug(bed="a", turn=1))
    register_schedule(HOURLY, SeedSown(seeds=1), name="other.sow")
    async with transaction() as session:
        emit_event(session, SeedSown(seeds=1), at=utcnow() + timedelta(hours=1))
    await keep(tidy=True)
    monkeypatch.setattr(schedule, "_regular", {})
    register_schedule(DAILY, BedDug(bed="a", turn=1))

    await keep(tidy=True)

    assert await scheduled() == {"tests.bed_dug": DAILY, "other.sow": HOURLY, None: None}


async def test_a_fact_for_later_keeps_the_id_it_was_given(processor: EventProcessor) -> None:
    async with transaction() as session:
        emit_event(session, SeedSown(seeds=1), at=utcnow() + timedelta(hours=1))
    async with get_session(read_only=True) as session:
        given = await session.scalar(select(EventSchedule.event["event_id"].as_string()))
    await fall_due()

    await keep()

    async with get_session(read_only=True) as session:
        assert str(await session.scalar(select(DomainEvent.event_id))) == given


async def test_a_moment_without_its_zone_is_refused(processor: EventProcessor) -> None:
    async with transaction() as session:
        with pytest.raises(NoMoment):
            emit_event(session, SeedSown(seeds=1), at=datetime(2030, 1, 1))  # noqa: DTZ001  as a caller may
