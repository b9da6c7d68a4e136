"""Whoever presses a button is not thrown back to the top of the page: the focus stands at what changed."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import RunningSite
from tests.journeys.visitor import CONCERT, PRODUCT, Visitor

FOCUSED = """() => {
    const it = document.activeElement;
    return it === document.body ? 'nothing' : (it.getAttribute('aria-label') || it.innerText || '').trim();
}"""
TAKE_AWAY_TIME = "() => { document.querySelector('time[data-countdown]').dataset.countdown = '100'; }"
FAST_BY_TWENTY_MINUTES = "Date.now = (now => () => now() + 20 * 60_000)(Date.now)"


@pytest.fixture
def visitor(chrome: Browser, site: RunningSite) -> Iterator[Visitor]:
    context = chrome.new_context(reduced_motion="reduce")
    yield Visitor(site, context.new_page())
    context.close()


def press(
    page: Page, name: str | re.Pattern[str], *, stands_at: str, said: str | re.Pattern[str] | None = None
) -> None:
    page.get_by_role("main").get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()
    page.wait_for_function(f"words => ({FOCUSED})().includes(words)", arg=stands_at, timeout=5_000)
    if said:
        expect(page.locator("#live")).to_have_text(said)


def test_in_the_shop(visitor: Visitor, site: RunningSite) -> None:
    page = visitor.page
    visitor.signs_in("focus@example.org")
    page.goto(site.url("market", "/products/cloudy-apple-juice/"))
    expect(page.locator("#like[hx-post]")).to_be_visible()
    press(page, "Remember as a favourite", stands_at="Remove from my favourites")
    press(page, "Remove from my favourites", stands_at="Remember as a favourite")

    page.get_by_role("button", name="Add to basket").dblclick()
    expect(page.locator("#live")).to_have_text(re.compile(f"^{PRODUCT} added, 1 item, £"))
    assert "Added" in page.evaluate(FOCUSED)
    page.get_by_label("Quantity").fill("9999")
    press(page, "Add another", stands_at="or fewer.")

    page.goto(site.url("cart"))
    expect(page.get_by_role("spinbutton", name=f"Quantity of {PRODUCT}")).to_have_value("1")

    page.goto(site.url("market", "/products/"))
    press(page, re.compile(r"Show \d+ more"), stands_at="more products")


def test_in_the_calendar(visitor: Visitor, site: RunningSite) -> None:
    page = visitor.page
    page.goto(site.url("events", "/month/2027/01/"))
    press(page, "February 2027", stands_at="March", said=re.compile("^February 2027, "))

    expect(page).to_have_title(re.compile("^February 2027: What’s on"))


def test_in_the_basket(visitor: Visitor, site: RunningSite) -> None:
    page = visitor.page
    page.add_init_script(FAST_BY_TWENTY_MINUTES)
    visitor.opens_the_concert(CONCERT)
    page.get_by_label("Places, ").first.fill("1")
    press(page, "Add to basket", stands_at="in your basket, kept for you")
    expect(page.locator("#live")).to_have_text(re.compile(rf"^{CONCERT} added, 1 item, £"))

    page.goto(site.url("cart"))
    # The clock of this device is wrong, and nobody is hurried by it.
    expect(page.locator("time[data-countdown]")).to_have_text(re.compile(r"^1[45] minutes$"))
    page.get_by_role("spinbutton", name=f"Quantity of {CONCERT}").fill("2")
    press(page, f"Update quantity of {CONCERT}", stands_at=f"Update quantity of {CONCERT}")
    page.get_by_role("spinbutton", name=f"Quantity of {CONCERT}").fill("9999")
    press(page, f"Update quantity of {CONCERT}", stands_at=f"{CONCERT}: There are")
    press(page, re.compile("Keep them 15 more minutes"), stands_at="is held for you until")
    expect(page.locator("time[data-countdown]")).to_have_text(re.compile(r"^(29|30) minutes$"))
    press(page, f"Remove {CONCERT}", stands_at="is no longer in your basket", said=f"{CONCERT} removed, 0 items, £0.00")
    press(page, re.compile("Undo"), stands_at=f"Update quantity of {CONCERT}")

    page.evaluate(TAKE_AWAY_TIME)
    expect(page.locator("#live")).to_have_text(f"{CONCERT}: two minutes left at most")
