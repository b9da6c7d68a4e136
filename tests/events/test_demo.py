"""What somebody sees who tries the site out."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from events.models import Calendar, Entry, TicketType
from rose.demo import events as demo
from shared.db.session import transaction
from shared.drawings import NAMES
from shared.models import KeyValue
from shared.utils import utcnow


async def test_the_demo_fills_three_months_and_one_evening_is_nearly_sold_out(house):
    async with transaction() as session:
        session.add(KeyValue(key="demo.pages", value={"the-old-dairy": 5}))
    async with transaction() as session:
        await demo.load(session, house.settings)

    async with transaction() as session:
        first, last = (await session.execute(select(func.min(Entry.starts_at), func.max(Entry.starts_at)))).one()
        owners = set(await session.scalars(select(Calendar.container_id)))
        kinds = (await session.scalars(select(TicketType))).all()
    assert owners == {0, 5}
    assert utcnow() < first < utcnow() + timedelta(days=8)
    assert last > utcnow() + timedelta(days=60)
    assert any(0 < kind.left <= 5 for kind in kinds)
    assert any(kind.price == 0 for kind in kinds)


async def test_the_demo_can_be_looked_at(house):
    async with transaction() as session:
        await demo.load(session, house.settings)

    text = (await house.client().get(house.url("events", "/"))).text

    assert "Film club" in text
    assert "Cancelled" in text or "Nuala" in text


async def test_each_calendar_of_the_demo_has_something_on_in_each_of_three_months(house):
    async with transaction() as session:
        await demo.load(session, house.settings)

    async with transaction() as session:
        rows = (await session.execute(select(Entry.calendar_id, Entry.starts_at))).all()
    months = {(calendar, (starts_at - utcnow()).days // 30) for calendar, starts_at in rows}
    assert {(calendar, month) for calendar, _ in rows for month in range(3)} <= months


async def test_every_concert_of_the_demo_has_its_own_drawing_and_fits_into_the_hall(house):
    async with transaction() as session:
        await demo.load(session, house.settings)

    async with transaction() as session:
        concerts = (await session.scalars(select(Entry).where(Entry.venue.startswith("The Old Dairy")))).all()
        seats = dict(
            (
                await session.execute(select(TicketType.entry_id, func.sum(TicketType.capacity)).group_by("entry_id"))
            ).all()
        )
        drawings = set(await session.scalars(select(Entry.illustration)))
    own = [concert.illustration for concert in concerts]
    assert len(set(own)) == len(own)
    assert drawings <= set(NAMES)
    assert all(seats[concert.id] <= 160 for concert in concerts)


@pytest.mark.parametrize(("month", "day"), [(9, 30), (11, 28), (12, 10), (12, 24), (12, 31)])
async def test_the_house_is_shut_at_christmas_and_new_year_on_whatever_day_the_demo_is_made(session, month, day):
    made = date(2026, month, day)

    opened = [demo._open_day(made, weekday, week) for weekday in range(7) for week in range(13)]

    assert {(open_day.month, open_day.day) for open_day in opened}.isdisjoint({(12, 24), (12, 25), (12, 26), (1, 1)})
    assert len(set(opened)) == len(opened)
    assert all(made < open_day for open_day in opened)
