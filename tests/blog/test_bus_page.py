"""The administrator's page of the event bus, in a browser without JavaScript."""

import httpx
import pytest
from sqlalchemy import select, update

from shared.db.session import get_session, transaction
from shared.events.bus import emit_event
from shared.events.payloads.events import TicketsIssued
from shared.models import AuditEntry, EventCursor, EventDelivery
from shared.utils import utcnow
from tests.blog.test_budget import statements
from tests.house import House

WHERE = {"handler": "blog.send_tickets", "consumer": "blog", "lane": "outside"}


@pytest.fixture
async def bob(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member(admin=True))


async def give_up(*numbers: int, error: str = "RuntimeError('nobody is in')", **where: str) -> None:
    async with transaction() as session:
        for number in numbers:
            payload = {"order": f"o{number}", "email": "ann@example.com", "tokens": ["<b>"]}
            event = {
                "type": "events.tickets_issued", "event_id": "0192f0c0-0000-7000-8000-000000000001", "version": 1,
                "created_at": utcnow().isoformat(), "payload": payload, "meta": None, "key": f"order:o{number}",
            }  # fmt: skip
            row = WHERE | where | {"state": "dead", "attempts": 10, "error": error, "next_at": utcnow()}
            session.add(EventDelivery(event_id=number, event=event, key=f"order:o{number}", **row))


async def states() -> list[tuple[int, str]]:
    async with get_session(read_only=True) as session:
        rows = await session.execute(
            select(EventDelivery.event_id, EventDelivery.state).order_by(EventDelivery.event_id)
        )
        return [(number, state) for number, state in rows]


async def test_the_page_shows_how_far_behind_each_app_is(house: House, bob: httpx.AsyncClient) -> None:
    await house.deliver()
    async with transaction() as session:
        emit_event(session, TicketsIssued(order="o1", email="ann@example.com", tokens=[]))
    await house.apps["blog"].extensions["bus_history"].sample()

    page = await bob.get("/admin/bus/")

    assert page.status_code == 200
    assert page.text.count("<polyline") == 4
    assert "At most 1 in the last 1 minute" in page.text
    assert "Nothing was given up" in page.text
    assert "Everything has been delivered." not in page.text


async def test_when_nothing_is_left_to_deliver_it_says_so_and_draws_no_chart(
    house: House, bob: httpx.AsyncClient
) -> None:
    await house.deliver()
    await house.apps["blog"].extensions["bus_history"].sample()

    page = (await bob.get("/admin/bus/")).text

    assert "Everything has been delivered." in page
    assert "<polyline" not in page


async def test_before_any_app_has_started_it_says_so(house: House, bob: httpx.AsyncClient) -> None:
    assert "Nobody reads yet" in (await bob.get("/admin/bus/")).text


async def test_a_letter_shows_its_reason_and_payload(bob: httpx.AsyncClient) -> None:
    await give_up(7)

    page = await bob.get("/admin/bus/letters/7/blog.send_tickets/")

    assert "nobody is in" in page.text
    assert "ann@example.com" in page.text
    assert "<b>" not in page.text


async def test_one_letter_is_tried_again(bob: httpx.AsyncClient) -> None:
    await give_up(7, 8)

    page = await bob.post("/admin/bus/replays/", data={"event_id": "7", "handler": "blog.send_tickets"})

    assert "Will be tried again" in page.text
    assert await states() == [(7, "retry"), (8, "dead")]


async def test_all_of_a_handler_are_tried_again(bob: httpx.AsyncClient) -> None:
    await give_up(7, 8)
    await give_up(9, handler="blog.send_receipt")

    await bob.post("/admin/bus/replays/", data={"handler": "blog.send_tickets"})

    assert await states() == [(7, "retry"), (8, "retry"), (9, "dead")]


async def test_everything_is_tried_again(bob: httpx.AsyncClient) -> None:
    await give_up(7)
    await give_up(9, handler="blog.send_receipt")

    await bob.post("/admin/bus/replays/", data={})

    assert await states() == [(7, "retry"), (9, "retry")]


async def test_a_letter_is_dropped_after_being_asked(bob: httpx.AsyncClient) -> None:
    await give_up(7)
    page = await bob.get("/admin/bus/letters/7/blog.send_tickets/")
    assert "will never hear of this event" in page.text

    page = await bob.post("/admin/bus/letters/7/blog.send_tickets/delete/")

    assert "Dropped." in page.text
    assert await states() == []


async def test_what_is_no_longer_there_is_not_found(bob: httpx.AsyncClient) -> None:
    assert (await bob.get("/admin/bus/letters/7/blog.send_tickets/")).status_code == 404
    assert (await bob.post("/admin/bus/replays/", data={"event_id": "7"})).status_code == 404
    assert (await bob.post("/admin/bus/pauses/", data={"consumer": "orchard"})).status_code == 404


async def test_an_app_is_paused_and_goes_on(house: House, bob: httpx.AsyncClient) -> None:
    await house.deliver()

    page = await bob.post("/admin/bus/pauses/", data={"consumer": "market"})

    assert "Paused" in page.text
    assert await paused() == {"market"}
    await bob.post("/admin/bus/pauses/market/delete/")
    assert await paused() == set()


async def test_what_an_administrator_does_is_in_the_audit_log(house: House, bob: httpx.AsyncClient) -> None:
    await house.deliver()
    await give_up(7, 8)

    await bob.post("/admin/bus/pauses/", data={"consumer": "market"})
    await bob.post("/admin/bus/pauses/market/delete/")
    await bob.post("/admin/bus/letters/8/blog.send_tickets/delete/")
    await bob.post("/admin/bus/replays/", data={})

    async with get_session(read_only=True) as session:
        found = await session.execute(
            select(AuditEntry.action, AuditEntry.subject)
            .where(AuditEntry.app == "blog", AuditEntry.actor_id.is_not(None))
            .order_by(AuditEntry.id)
        )
        assert [tuple(row) for row in found] == [
            ("consumer.paused", "consumer:market"),
            ("consumer.resumed", "consumer:market"),
            ("event.dropped", "event:8"),
            ("event.replayed", "event:all"),
        ]


async def paused() -> set[str]:
    async with get_session(read_only=True) as session:
        return set(await session.scalars(select(EventCursor.consumer).where(EventCursor.paused)))


async def test_many_letters_come_in_pages_and_by_handler(bob: httpx.AsyncClient) -> None:
    await give_up(*range(1, 46))
    await give_up(90, handler="blog.send_receipt")

    last = await bob.get("/admin/bus/?handler=blog.send_tickets&page=3")

    assert last.text.count(">Try again<") == 5
    assert "blog.send_receipt (1)" in last.text
    assert "Try all 45 again" in last.text


async def test_it_asks_the_database_five_times_at_most(house: House, bob: httpx.AsyncClient) -> None:
    await house.deliver()
    await give_up(*range(1, 30))
    house.stop("cart")  # its own query for the basket's count is not this page's

    with statements(house) as seen:
        await bob.get("/admin/bus/")

    assert len(seen) <= 5, "\n\n".join(seen)


async def test_only_administrators_see_it(house: House) -> None:
    ann = await house.signed_in(await house.member("cy@example.com"))

    assert (await ann.get("/admin/bus/")).status_code == 403
    assert (await ann.post("/admin/bus/replays/", data={})).status_code == 403
    assert (await ann.post("/admin/bus/pauses/", data={"consumer": "blog"})).status_code == 403


async def test_what_waits_can_be_looked_at(bob: httpx.AsyncClient) -> None:
    await give_up(7)
    async with transaction() as session:
        await session.execute(update(EventDelivery).values(state="retry"))

    page = await bob.get("/admin/bus/?state=retry")
    letter = await bob.get("/admin/bus/letters/7/blog.send_tickets/")
    again = await bob.post("/admin/bus/replays/", data={"event_id": "7", "handler": "blog.send_tickets"})

    assert "events.tickets_issued 7" in page.text
    assert "Will be tried again" in letter.text
    assert again.status_code == 200


async def test_a_page_past_the_end_says_so(bob: httpx.AsyncClient) -> None:
    page = await bob.get("/admin/bus/?page=99")

    assert (page.status_code, "not that long" in page.text) == (404, True)
