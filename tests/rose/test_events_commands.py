"""`rose events`, as an operator types it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from shared.db.session import get_session, transaction
from shared.models import EventCursor, EventDelivery
from shared.utils import utcnow
from tests.rose.shell import shell as shell  # noqa: PLC0414  the fixture
from tests.rose.shell import typed
from tests.shared.field import SeedSown, happen

pytestmark = pytest.mark.usefixtures("shell")


async def a_reader(name: str = "market", *, pos: int = 0) -> None:
    async with transaction() as session:
        session.add(EventCursor(consumer=name, lane="outside", pos=pos))


async def a_letter(number: int, *, handler: str = "market.count", key: str = "shelf:1", kind: str = "a.sold") -> None:
    event = {"type": kind, "created_at": "2026-11-01T08:30:00+00:00", "payload": {}}
    async with transaction() as session:
        row = {"consumer": "market", "lane": "outside", "state": "dead", "attempts": 10, "next_at": utcnow()}
        session.add(EventDelivery(handler=handler, event_id=number, key=key, event=event, error="no scales", **row))


async def states() -> dict[int, str]:
    async with get_session(read_only=True) as session:
        rows = await session.execute(select(EventDelivery.event_id, EventDelivery.state))
        return dict(rows.all())


async def reader() -> tuple[int, bool]:
    async with get_session(read_only=True) as session:
        cursor = (await session.scalars(select(EventCursor))).one()
        return cursor.pos, cursor.paused


async def test_the_glue_says_who_does_what() -> None:
    code, said = await typed("events", "glue", COLUMNS="200")

    assert code == 0
    assert "issue_tickets" in said


async def test_lag_and_dead_are_listed() -> None:
    await a_reader()
    await a_letter(7)

    _, lag = await typed("events", "lag")
    _, dead = await typed("events", "dead", COLUMNS="200")

    assert "market" in lag
    assert "no scales" in dead
    assert "2026-11-01 08:30:00 UTC" in dead


async def test_letters_are_replayed_by_what_they_are() -> None:
    await a_letter(7, kind="a.sold")
    await a_letter(8, kind="a.bought", key="shelf:2")
    await a_letter(9, kind="a.bought", handler="market.other")

    said = [await typed("events", "replay", *words) for words in (["--type", "a.sold"], ["--handler", "market.other"])]

    assert said == [(0, "1 will be tried again.\n")] * 2
    assert await states() == {7: "retry", 8: "dead", 9: "retry"}


async def test_letters_are_replayed_since_a_moment() -> None:
    await a_letter(7)
    tomorrow = (utcnow() + timedelta(days=1)).strftime("%Y-%m-%d")
    yesterday = (utcnow() - timedelta(days=1)).strftime("%Y-%m-%d")

    late, _ = await typed("events", "replay", "--since", tomorrow)
    early, _ = await typed("events", "replay", "--since", yesterday)

    assert (late, early) == (1, 0)
    assert await states() == {7: "retry"}


async def test_an_app_is_stopped_and_goes_on() -> None:
    await a_reader()

    paused = await typed("events", "pause", "market")
    assert await reader() == (0, True)
    resumed = await typed("events", "pause", "market", "--resume")

    assert await reader() == (0, False)
    assert (paused, resumed) == ((0, "market is paused.\n"), (0, "market goes on.\n"))


async def test_skipping_names_an_app_or_one_delivery_and_nothing_in_between() -> None:
    await a_reader()
    await a_letter(7)
    await happen(SeedSown(seeds=1))

    for words in (["market", "--event", "7"], ["--event", "7"], ["market", "--handler", "market.count"], []):
        code, said = await typed("events", "skip", *words)
        assert (code, "Name either" in said) == (2, True), words
    assert (await reader(), await states()) == ((0, False), {7: "dead"})

    assert (await typed("events", "skip", "--event", "7", "--handler", "market.count"))[0] == 0
    assert (await reader(), await states()) == ((0, False), {})
    assert (await typed("events", "skip", "market"))[0] == 0
    assert (await reader())[0] > 0


async def test_going_back_leads_back_only() -> None:
    await happen(SeedSown(seeds=1), SeedSown(seeds=2), SeedSown(seeds=3))
    await a_reader(pos=1)
    async with transaction() as session:
        await session.execute(text("UPDATE domain_events SET created_at = '2021-03-01 00:00+00'"))

    future = await typed("events", "rewind", "market", "--to", "2100-01-01")
    later = await typed("events", "rewind", "market", "--to", "2022-01-01")
    assert await reader() == (1, False)
    back = await typed("events", "rewind", "market", "--to", "2020-01-01")

    assert await reader() == (0, False)
    assert (future[0], later[0], back[0]) == (1, 0, 0)
    assert "still to come" in future[1]
    assert "Nothing has happened since" in later[1]
    assert "begins again at 2020-01-01 00:00:00 UTC" in back[1]


@pytest.mark.parametrize(
    "words",
    [["pause", "orchard"], ["skip", "orchard"], ["forget", "orchard"], ["rewind", "orchard", "--to", "2020-01-01"]],
)
async def test_nobody_reads_under_another_name(words: list[str]) -> None:
    code, said = await typed("events", *words)

    assert (code, "Nobody reads under that name" in said) == (1, True)


async def test_a_moment_that_is_none_is_said_to_be_none() -> None:
    code, said = await typed("events", "rewind", "market", "--to", "soon")

    assert (code, "soon" in said) == (2, True)


async def test_a_reader_that_is_gone_is_forgotten() -> None:
    await a_reader()
    await a_letter(7)

    assert await typed("events", "forget", "market") == (0, "market is forgotten.\n")
    assert await states() == {}
