"""What somebody sees who tries the site out."""

from datetime import timedelta

from sqlalchemy import func, select

from events.models import Calendar, Entry, TicketType
from rose.demo import events as demo
from shared.db.session import transaction
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
    assert owners == {5}
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
