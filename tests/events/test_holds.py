"""Places: nobody gets one that is not there, and nobody keeps one for ever."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from events.models import Hold, TicketType
from events.services import holds, reservations
from events.services.holds import AlreadyExtended, Holder, HoldGone, TooMany
from events.services.places import SoldOut
from shared.db.session import transaction
from shared.errors import Conflict
from shared.utils import utcnow
from tests.factories.events import a_ticket_type, an_entry

ANN = Holder(session_id="ann")
BOB = Holder(session_id="bob")


def in_minutes(minutes):
    return utcnow() + timedelta(minutes=minutes)


async def a_type(**changes):
    async with transaction() as session:
        return (await a_ticket_type(session, **changes)).id


async def take(type_id, quantity=1, *, whose=ANN, minutes=15):
    async with transaction() as session:
        hold = await holds.place(session, type_id, quantity, whose=whose, until=in_minutes(minutes))
    return hold.token


async def counters(type_id):
    async with transaction() as session:
        found = await session.get(TicketType, type_id)
        return found.held, found.sold


async def state_of(token):
    async with transaction() as session:
        return await session.scalar(select(Hold.state).where(Hold.token == token))


async def run_out(*tokens):
    async with transaction() as session:
        await session.execute(update(Hold).where(Hold.token.in_(tokens)).values(until=in_minutes(-1)))


async def test_a_hundred_visitors_at_once_get_exactly_the_ten_places_there_are(session):
    type_id = await a_type(capacity=10)

    async def visitor(number):
        try:
            return await take(type_id, whose=Holder(session_id=f"v{number}"))
        except SoldOut:
            return None

    got = []
    for start in range(0, 100, 15):
        got += await asyncio.gather(*(visitor(n) for n in range(start, min(start + 15, 100))))

    assert sum(token is not None for token in got) == 10
    assert await counters(type_id) == (10, 0)


async def test_who_comes_too_late_is_told_how_many_there_are(session):
    type_id = await a_type(capacity=3)

    with pytest.raises(SoldOut, match="only 3 places left"):
        await take(type_id, 4)

    assert await counters(type_id) == (0, 0)


async def test_places_whose_time_ran_out_are_there_for_the_next_visitor(session):
    type_id = await a_type(capacity=2)
    old = await take(type_id, 2, minutes=-1)

    await take(type_id, 2, whose=BOB)

    assert await state_of(old) == "released"
    assert await counters(type_id) == (2, 0)


async def test_the_sweeper_frees_what_ran_out_and_nothing_else(session):
    type_id = await a_type(capacity=9)
    gone = await take(type_id, 2)
    await take(type_id, 3)
    await run_out(gone)

    async with transaction() as own:
        freed = await holds.release_expired(own)

    assert freed == 1
    assert await counters(type_id) == (3, 0)


async def test_two_sweepers_at_once_free_places_once(session):
    type_id = await a_type(capacity=50, max_per_order=50)
    await run_out(*[await take(type_id, 5, whose=Holder(session_id=f"v{number}")) for number in range(10)])

    async def sweep():
        async with transaction() as own:
            return await holds.release_expired(own)

    freed = sum(await asyncio.gather(*(sweep() for _ in range(4))))

    assert freed == 10
    assert await counters(type_id) == (0, 0)


async def test_one_order_may_have_only_so_many(session):
    type_id = await a_type(capacity=50, max_per_order=4)
    await take(type_id, 3)

    with pytest.raises(TooMany, match="4 places at most"):
        await take(type_id, 2)


async def test_a_line_grows_only_as_far_as_there_are_places(session):
    type_id = await a_type(capacity=5)
    token = await take(type_id, 2)
    await take(type_id, 2, whose=BOB)

    async with transaction() as own:
        await holds.change(own, token, 3)
    with pytest.raises(SoldOut):
        async with transaction() as own:
            await holds.change(own, token, 4)

    assert await counters(type_id) == (5, 0)


async def test_a_line_shrinks_and_gives_places_back(session):
    type_id = await a_type(capacity=5)
    token = await take(type_id, 4)

    async with transaction() as own:
        await holds.change(own, token, 1)

    assert await counters(type_id) == (1, 0)


async def test_giving_back_twice_is_giving_back_once(session):
    type_id = await a_type(capacity=5)
    token = await take(type_id, 4)

    for _ in range(2):
        async with transaction() as own:
            await holds.give_back(own, token)

    assert await counters(type_id) == (0, 0)


async def test_time_can_be_asked_for_once_and_is_added_to_what_is_left(session):
    token = await take(await a_type(), minutes=14)

    async with transaction() as own:
        hold = await holds.extend(own, token, minutes=15)
    with pytest.raises(AlreadyExtended):
        async with transaction() as own:
            await holds.extend(own, token, minutes=15)

    assert hold.until > in_minutes(28)


async def test_time_that_ran_out_cannot_be_extended(session):
    token = await take(await a_type(), minutes=-1)

    with pytest.raises(HoldGone):
        async with transaction() as own:
            await holds.extend(own, token, minutes=15)


async def test_places_of_an_order_outlive_the_clock_of_the_basket(session):
    type_id = await a_type(capacity=2)
    token = await take(type_id, 2)
    async with transaction() as own:
        await reservations.bind(own, "order-1", [token], until=in_minutes(-1))

    with pytest.raises(SoldOut):
        await take(type_id, 1, whose=BOB)


async def test_an_order_takes_places_again_that_had_run_out_if_there_are_any(session):
    type_id = await a_type(capacity=2)
    token = await take(type_id, 2, minutes=-1)
    async with transaction() as own:
        await holds.release_expired(own)

    async with transaction() as own:
        await reservations.bind(own, "order-1", [token], until=in_minutes(30))

    assert await counters(type_id) == (2, 0)


async def test_an_order_is_refused_when_somebody_else_has_the_places_now(session):
    type_id = await a_type(capacity=2)
    token = await take(type_id, 2, minutes=-1)
    await take(type_id, 1, whose=BOB)

    with pytest.raises(SoldOut, match="only 1 place left"):
        async with transaction() as own:
            await reservations.bind(own, "order-1", [token], until=in_minutes(30))


async def test_binding_twice_takes_places_once_and_no_other_order_gets_them(session):
    type_id = await a_type(capacity=5)
    token = await take(type_id, 2)

    for _ in range(2):
        async with transaction() as own:
            await reservations.bind(own, "order-1", [token], until=in_minutes(30))
    with pytest.raises(Conflict):
        async with transaction() as own:
            await reservations.bind(own, "order-2", [token], until=in_minutes(30))

    assert await counters(type_id) == (2, 0)


async def test_a_released_order_gives_its_places_back_once(session):
    type_id = await a_type(capacity=5)
    token = await take(type_id, 2)
    async with transaction() as own:
        await reservations.bind(own, "order-1", [token], until=in_minutes(30))

    for _ in range(2):
        async with transaction() as own:
            await reservations.release(own, "order-1")

    assert await counters(type_id) == (0, 0)


@pytest.mark.parametrize(
    ("entry", "ticket_type", "sentence"),
    [
        ({"status": "draft"}, {}, "not announced"),
        ({"status": "cancelled"}, {}, "cancelled"),
        ({"starts_at": utcnow() - timedelta(days=2)}, {}, "over"),
        ({}, {"sale_until": utcnow() - timedelta(days=1)}, "ended"),
        ({}, {"sale_from": utcnow() + timedelta(days=1)}, "not begun"),
    ],
)
async def test_what_is_not_on_sale_says_why(session, entry, ticket_type, sentence):
    async with transaction() as own:
        type_id = (await a_ticket_type(own, entry=await an_entry(own, **entry), **ticket_type)).id

    with pytest.raises(Conflict, match=sentence):
        await take(type_id)
