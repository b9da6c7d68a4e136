"""Read, choose, pay once, receive."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import RunningSite
from tests.journeys.visitor import CONCERT, PRODUCT, Visitor


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def visitor(request: pytest.FixtureRequest, chrome: Browser, site: RunningSite) -> Iterator[Visitor]:
    context = chrome.new_context(java_script_enabled=request.param == "with JavaScript")
    yield Visitor(site, context.new_page())
    context.close()


@pytest.fixture
def email() -> str:
    return f"ann.{uuid4().hex[:8]}@example.org"


def new_page(chrome: Browser) -> Page:
    return chrome.new_context().new_page()


def test_juice_and_two_places_paid_once(visitor: Visitor, email: str) -> None:
    visitor.reads_a_post()
    visitor.puts_juice_into_the_basket(2)
    visitor.puts_places_into_the_basket(2)
    visitor.orders(email=email)
    visitor.pays()
    visitor.sees_paid()

    order = visitor.page.locator("dd", has_text="RA-").inner_text()
    expect(visitor.page.get_by_role("main")).to_contain_text(PRODUCT)
    expect(visitor.page.get_by_role("main")).to_contain_text(CONCERT)
    (receipt,) = visitor.site.mails_to(email, containing=order)
    (tickets,) = visitor.site.mails_to(email, containing="ticket")
    assert PRODUCT in str(receipt["text"])
    assert [part["type"] for part in tickets["attachments"]] == ["application/pdf"] * 2  # type: ignore[attr-defined,index]

    visitor.signs_in(email)
    visitor.page.goto(visitor.site.url("blog", "/account/"))

    expect(visitor.page.get_by_role("link", name=order)).to_be_visible()


def test_declined_and_then_paid_from_a_basket_that_is_still_whole(visitor: Visitor, email: str) -> None:
    visitor.reads_a_post()
    visitor.puts_juice_into_the_basket(1)
    visitor.puts_places_into_the_basket(1)
    visitor.orders(email=email)
    visitor.pays("4532 4970 8877 1651")
    visitor.page.get_by_role("link", name="go back").click()

    expect(visitor.page.get_by_role("main")).to_contain_text("your basket is still whole")
    visitor.page.get_by_role("button", name=re.compile("Pay £")).click()
    visitor.pays()
    visitor.sees_paid()


def test_killed_between_payment_and_return_the_order_is_paid_once(
    chrome: Browser, site: RunningSite, email: str
) -> None:
    visitor = Visitor(site, new_page(chrome))
    visitor.reads_a_post()
    visitor.puts_juice_into_the_basket(1)
    visitor.orders(email=email)

    site.kill("cart")
    visitor.pays_and_never_comes_back()

    (receipt,) = site.mails_to(email, containing="RA-", seconds=20)
    visitor.page.goto(re.findall(r"http://localhost:\d+/orders/[\w-]+/", str(receipt["text"]))[0])
    visitor.sees_paid()
    assert len(site.mails_to(email, containing="RA-")) == 1


def test_held_places_cannot_be_taken_by_somebody_else(chrome: Browser, site: RunningSite) -> None:
    first, second = Visitor(site, new_page(chrome)), Visitor(site, new_page(chrome))
    first.opens_the_concert(SMALL)
    left = int(re.findall(r"Only (\d+) places? left", first.page.get_by_role("main").inner_text())[0])
    first.puts_places_into_the_basket(left, concert=SMALL)

    second.opens_the_concert(SMALL)

    expect(second.page.get_by_text("No places left just now").first).to_be_visible()


SMALL = "Sourdough from the beginning"
