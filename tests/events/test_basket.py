"""From an entry's page into the basket."""

import re

import pytest
from sqlalchemy import select

from events.models import Hold, TicketType
from shared.db.session import transaction
from tests.factories.events import a_ticket_type, an_entry

JSON = {"HX-Request-Type": "partial", "HX-Request": "true"}


async def an_offer(**changes):
    async with transaction() as session:
        entry = await an_entry(session)
        kind = await a_ticket_type(session, entry=entry, **changes)
    return entry, kind


async def counters(kind):
    async with transaction() as session:
        found = await session.get(TicketType, kind.id)
        return found.held, found.sold


async def ask(browser, house, entry, **places):
    address = house.url("events", f"{entry.path}basket/")
    fields = {f"places-{key.removeprefix('k')}": str(value) for key, value in places.items()}
    return await browser.post(address, data=fields)


async def test_places_go_into_the_basket_with_what_was_promised(house, cart):
    entry, kind = await an_offer(price=1200, vat_rate=2000)

    answer = await ask(house.client(), house, entry, **{f"k{kind.id}": 2})

    assert answer.status_code == 200
    assert "2 places are in your basket" in answer.text
    line = cart.lines[0]
    assert (line["kind"], line["quantity"], line["unit_price"], line["vat_rate"]) == ("ticket", 2, 1200, 2000)
    assert line["title"] == "Nuala and the Reeds"
    assert await counters(kind) == (2, 0)


async def test_the_hold_belongs_to_the_visitors_session(house, cart):
    entry, kind = await an_offer()
    browser = house.client()

    await ask(browser, house, entry, **{f"k{kind.id}": 1})

    async with transaction() as session:
        hold = await session.scalar(select(Hold))
    assert hold.session_id
    assert hold.token == cart.lines[0]["hold_id"]
    assert browser.cookies.get("sid")


async def test_a_second_browser_cannot_take_what_the_first_one_holds(house, cart):
    entry, kind = await an_offer(capacity=3)
    await ask(house.client(), house, entry, **{f"k{kind.id}": 2})

    answer = await ask(house.client(), house, entry, **{f"k{kind.id}": 2})

    assert answer.status_code == 409
    assert "only 1 place left" in answer.text
    assert len(cart.lines) == 1


async def test_when_cart_is_away_the_places_go_back_and_the_page_says_so(house, cart):
    entry, kind = await an_offer()
    cart.away = True

    answer = await ask(house.client(), house, entry, **{f"k{kind.id}": 2})

    assert answer.status_code == 503
    assert "The basket does not answer" in answer.text
    assert await counters(kind) == (0, 0)


async def test_two_kinds_are_taken_together_or_not_at_all(house, cart):
    entry, kind = await an_offer(capacity=5)
    async with transaction() as session:
        other = await a_ticket_type(session, entry=entry, name="Concession", capacity=1)

    answer = await ask(house.client(), house, entry, **{f"k{kind.id}": 2, f"k{other.id}": 2})

    assert answer.status_code == 409
    assert await counters(kind) == (0, 0)
    assert cart.lines == []


async def test_choosing_nothing_is_said_kindly(house, cart):
    entry, kind = await an_offer()

    answer = await ask(house.client(), house, entry, **{f"k{kind.id}": 0})

    assert answer.status_code == 422
    assert "Choose how many places" in answer.text


@pytest.mark.parametrize("field", ["places-" + "9" * 40, "places-x", "places-"])
async def test_a_kind_that_no_page_has_is_refused(house, cart, field):
    entry, _ = await an_offer()

    answer = await house.client().post(house.url("events", f"{entry.path}basket/"), data={field: "1"})

    assert answer.status_code == 422


async def test_a_kind_of_another_entry_is_refused(house, cart):
    entry, _ = await an_offer()
    _, foreign = await an_offer()

    answer = await ask(house.client(), house, entry, **{f"k{foreign.id}": 1})

    assert answer.status_code == 404
    assert await counters(foreign) == (0, 0)


async def test_htmx_gets_the_tickets_alone(house, cart):
    entry, kind = await an_offer()
    address = house.url("events", f"{entry.path}basket/")

    answer = await house.client().post(address, data={f"places-{kind.id}": "1"}, headers=JSON)

    assert answer.text.lstrip().startswith('<section id="tickets"')
    assert re.search(r"1 place is in your basket", answer.text)
