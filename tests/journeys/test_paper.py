"""An order and its ticket on paper: what must be there, and nothing of the shop around it."""

from collections.abc import Iterator
from io import BytesIO
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from tests.journeys.site import RunningSite
from tests.journeys.visitor import Visitor

CONCERT = "Open floor"
SHOP_AROUND = ["Sign in", "Skip to the content", "Newsletters", "Journal", "Basket"]


@pytest.fixture(scope="module")
def page(chrome: Browser, site: RunningSite) -> Iterator[Page]:
    """On the page of an order of one place that costs nothing."""
    context = chrome.new_context()
    page = context.new_page()
    Visitor(site, page).puts_places_into_the_basket(1, concert=CONCERT)
    page.goto(site.url("cart"))
    page.get_by_role("link", name="Check out").click()
    page.get_by_label("Your name").fill("Cy Cole")
    page.get_by_label("Email address").fill(f"cy.{uuid4().hex[:8]}@example.org")
    page.get_by_role("button", name="Order", exact=True).click()
    page.get_by_role("main").get_by_role("link", name=f"{CONCERT}, ").wait_for()
    yield page
    context.close()


def printed(page: Page) -> str:
    paper = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, format="A4")))
    assert len(paper.pages) == 1
    return " ".join(paper.pages[0].extract_text().split())


def test_an_order_is_on_one_sheet_without_navigation(page: Page) -> None:
    number = page.locator("dd", has_text="RA-").inner_text()

    text = printed(page)

    assert [words for words in (number, CONCERT, "£0.00") if words not in text] == []
    assert [words for words in SHOP_AROUND if words in text] == []


def test_a_ticket_is_on_one_sheet_with_its_code_as_text(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name=f"{CONCERT}, ").click()
    page.wait_for_url("**/tickets/**")

    text = printed(page)

    assert [words for words in (CONCERT, page.locator(".pass-code").first.inner_text()) if words not in text] == []
    assert [words for words in SHOP_AROUND if words in text] == []
