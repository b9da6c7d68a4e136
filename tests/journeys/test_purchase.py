"""Bread and tickets from the shelf to the receipt, in a real browser, with real processes that die."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page, expect

from rose.supervisor.postgres import Postgres
from shared.db.session import create_engine, transaction, use_engine
from tests.factories.events import a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.journeys.site import RunningSite


@pytest.fixture(scope="module")
def shelf(site: RunningSite) -> tuple[str, str]:
    """The addresses of a loaf and a concert."""
    # Playwright has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _fill(Postgres(site.home, site.base + 20).url())).result()


async def _fill(url: str) -> tuple[str, str]:
    engine = create_engine(url)
    use_engine(engine)
    async with transaction() as session:
        loaf = await a_product(session, price=420, on_hand=50, vat_rate=0)
        entry = await an_entry(session, title="Barn concert")
        await a_ticket_type(session, entry=entry, price=1200, vat_rate=2000, capacity=50)
    await engine.dispose()
    use_engine(None)
    return f"/products/{loaf.slug}/", f"/entries/{entry.id}-{entry.slug}/"


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context()
    yield context.new_page()
    context.close()


def fill_basket(page: Page, site: RunningSite, shelf: tuple[str, str]) -> None:
    loaf, concert = shelf
    page.goto(site.url("market", loaf))
    page.get_by_role("button", name="basket").click()
    expect(page.locator("#basket .site-count")).to_contain_text("1")
    page.goto(site.url("events", concert))
    page.get_by_role("spinbutton").or_(page.get_by_role("combobox")).first.fill("2")
    page.get_by_role("button", name="basket").click()
    expect(page.locator("#basket .site-count")).to_contain_text("3")


def go_to_pay(page: Page, site: RunningSite, email: str) -> None:
    page.goto(site.url("cart"))
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Your name").fill("Cy")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Order and pay").click()
    page.wait_for_url("**/pay/**")


def test_bread_and_tickets(page: Page, site: RunningSite, shelf: tuple[str, str]) -> None:
    fill_basket(page, site, shelf)
    page.goto(site.url("cart"))
    page.get_by_role("spinbutton", name="Quantity of Rye loaf").fill("3")
    page.get_by_role("button", name="Update quantity of Rye loaf").click()
    expect(page.locator("#lines")).to_contain_text("£36.60")
    expect(page.locator("#basket .site-count")).to_contain_text("5")

    go_to_pay(page, site, "cy@example.com")
    page.locator("button.pays").first.click()

    expect(page.locator("main")).to_contain_text("Thank you!")
    assert site.mails_to("cy@example.com", containing="receipt")
    assert site.mails_to("cy@example.com", containing="ticket")


def test_declined_and_then_paid(page: Page, site: RunningSite, shelf: tuple[str, str]) -> None:
    fill_basket(page, site, shelf)
    go_to_pay(page, site, "dee@example.com")
    page.locator("button.fails").first.click()
    page.get_by_role("link", name="go back").click()

    expect(page.locator("main")).to_contain_text("your basket is still whole")
    page.get_by_role("button", name="Pay £").click()
    page.locator("button.pays").first.click()

    expect(page.locator("main")).to_contain_text("Thank you!")


def test_cart_is_killed_while_somebody_pays(page: Page, site: RunningSite, shelf: tuple[str, str]) -> None:
    fill_basket(page, site, shelf)
    go_to_pay(page, site, "eve@example.com")
    site.kill("cart")
    page.locator("button.pays").first.click(no_wait_after=True)

    assert site.mails_to("eve@example.com", containing="receipt", seconds=60)
