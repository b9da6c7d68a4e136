"""The whole purchase without a mouse: Tab, Enter and typing."""

from uuid import uuid4

from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import RunningSite
from tests.journeys.visitor import PRODUCT

FOCUSED = """() => {
    const it = document.activeElement;
    if (it === document.body) return '';
    const label = it.labels?.length ? it.labels[0].innerText : '';
    return (it.getAttribute('aria-label') || label || it.innerText || it.value || '').trim();
}"""
# A card shows the focus of its link around itself.
SEEN = """() => {
    const it = document.activeElement, card = it.closest('.card, .agenda-row, .lead-story');
    const styles = [getComputedStyle(it), getComputedStyle(it, '::after'), ...(card ? [getComputedStyle(card)] : [])];
    return styles.some(style => style.outlineStyle !== 'none' || style.boxShadow.includes('3px'));
}"""
MANY = 120


def tab_to(page: Page, words: str) -> None:
    """Tab on until the focus stands on this, and can be seen there."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            assert page.evaluate(SEEN), f"the focus on {words} cannot be seen"
            return
    raise AssertionError(f"no way to {words} by Tab")


def choose(page: Page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")


def fill(page: Page, words: str, text: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_the_purchase_by_keyboard(chrome: Browser, site: RunningSite) -> None:
    page = chrome.new_context().new_page()
    page.goto(site.url("market", "/products/"))
    choose(page, "Skip to the content")
    choose(page, PRODUCT)
    page.wait_for_url("**/products/cloudy-apple-juice/")
    fill(page, "Quantity", "2")
    choose(page, "Add to basket")
    expect(page.get_by_text(f"Added 2 × {PRODUCT}.")).to_be_visible()

    page.goto(site.url("events"))
    choose(page, "Late Strings")
    page.wait_for_url("**/entries/**")
    fill(page, "Places, Full price", "2")
    choose(page, "Add to basket")
    expect(page.get_by_text("in your basket, kept for you")).to_be_visible()
    choose(page, "Go to the basket")
    page.wait_for_url(site.url("cart"))
    choose(page, "Check out")
    page.wait_for_url("**/checkout/")
    fill(page, "Your name", "Ann Archer")
    fill(page, "Email address", f"ann.{uuid4().hex[:8]}@example.org")
    choose(page, "Order, then pay")
    page.wait_for_url("**/pay/**")
    choose(page, "4200 0000 0000 0091")

    expect(page.get_by_text("Paid", exact=True).first).to_be_visible(timeout=15_000)
    expect(page.get_by_role("link", name="Late Strings, Full price")).to_have_count(2, timeout=15_000)
