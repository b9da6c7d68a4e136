"""A member's own area: one place, whichever of the apps draws the page."""

import re

import httpx
import pytest
from sqlalchemy import select

from events.models import Hold, Ticket
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.models import GhostNewsletter, User, UserNewsletter
from shared.utils import utcnow
from tests.factories.cart import a_placed_order
from tests.factories.events import a_ticket_type
from tests.house import ORIGINS, House

TABS = {
    "Overview": f"{ORIGINS['blog']}/account/",
    "Tickets": f"{ORIGINS['events']}/tickets/",
    "Orders": f"{ORIGINS['cart']}/orders/",
    "Newsletters": f"{ORIGINS['blog']}/account/newsletters/",
    "Security": f"{ORIGINS['blog']}/account/security/",
    "Your data": f"{ORIGINS['blog']}/account/data/",
}


def tabs(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'<nav class="tabs" aria-label="Your account">(.*?)</nav>', page.text, re.DOTALL)
    return {text: href for href, text in re.findall(r'href="([^"]+)"[^>]*>([^<]+)<', found[1])} if found else {}


def here(page: httpx.Response) -> list[tuple[str, str]]:
    """The tab that is marked, and how."""
    return re.findall(r'aria-current="(\w+)">([^<]+)</a>', page.text.partition('aria-label="Your account"')[2])[:1]


@pytest.mark.parametrize("name", TABS)
async def test_every_side_of_an_account_leads_to_all_the_others(house: House, name: str) -> None:
    browser = await house.signed_in(await house.member())

    page = await browser.get(TABS[name])

    assert page.status_code == 200
    assert tabs(page) == TABS
    assert here(page) == [("page", name)]


@pytest.mark.parametrize(("path", "name"), [("security/authenticator/", "Security"), ("erasure/", "Your data")])
async def test_a_page_below_a_side_says_which_it_belongs_to(house: House, path: str, name: str) -> None:
    browser = await house.signed_in(await house.member())
    await browser.post("/account/security/authenticator/")

    page = await browser.get(f"/account/{path}")

    assert here(page) == [("true", name)]


async def test_whose_order_and_ticket_it_is_finds_the_way_back_from_them(house: House) -> None:
    ann = await house.member()
    owner, guest = await house.signed_in(ann), house.client()
    order, ticket = await a_placed_order(email=ann.email, user_id=ann.id), await a_ticket(ann)

    for app, path, name in (("cart", f"/orders/{order.token}/", "Orders"), ("events", ticket.path, "Tickets")):
        assert here(await owner.get(house.url(app, path))) == [("true", name)]
        assert tabs(await guest.get(house.url(app, path))) == {}


async def test_a_member_sees_all_their_tickets(house: House) -> None:
    ann = await house.member()
    browser = await house.signed_in(ann)
    ticket = await a_ticket(ann)

    page = await browser.get(house.url("events", "/tickets/"))

    assert f'href="{ticket.path}"' in page.text
    assert "Coming" in page.text
    assert ticket.path not in (await (await house.signed_in(await house.member("cy@example.com"))).get(page.url)).text


async def test_newsletters_are_chosen_on_their_own_page(house: House) -> None:
    async with transaction() as session:
        box = GhostNewsletter(name="The Thursday box", slug="box")
        session.add(box)
    browser = await house.signed_in(await house.member())

    page = await browser.post(TABS["Newsletters"], data={"newsletters": [str(box.id)]})

    assert "Saved." in page.text
    assert re.search(rf'value="{box.id}"[^>]*checked', page.text)
    async with get_session(read_only=True) as session:
        assert await session.scalar(select(UserNewsletter.newsletter_id)) == box.id


async def test_without_newsletters_there_is_no_page_for_them(settings: Settings) -> None:
    without = settings.model_copy(update={"features": settings.features.model_copy(update={"newsletters": False})})
    house = House(without)
    browser = await house.signed_in(await house.member())

    page = await browser.get("/account/")

    assert list(tabs(page)) == [name for name in TABS if name != "Newsletters"]
    assert (await browser.get("/account/newsletters/")).status_code == 404
    await house.aclose()


async def a_ticket(member: User) -> Ticket:
    async with transaction() as session:
        kind = await a_ticket_type(session, held=1)
        hold = Hold(ticket_type_id=kind.id, quantity=1, user_id=member.id, until=utcnow(), state="converted", order="o")
        session.add(hold)
        await session.flush()
        whose = {"email": member.email, "user_id": member.id}
        ticket = Ticket(ticket_type_id=kind.id, entry_id=kind.entry_id, hold_id=hold.id, place=1, order="o", **whose)
        session.add(ticket)
    return ticket
