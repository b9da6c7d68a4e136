"""axe over every kind of page: in light and dark, on the narrowest phone, and with text twice as large."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.pages import MISSING, PUBLIC, REFUSING, STAFF
from tests.journeys.site import RunningSite
from tests.journeys.visitor import CONCERT, Visitor

AXE = Path("node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only colours change with the scheme; with the size of the text, what lies on what and how large a target is.
COLOURS = ["cat.color"]
LAYOUT = ["cat.color", "cat.keyboard", "cat.sensory-and-visual-cues"]
RUN = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    const where = one => one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ');
    return found.violations.map(one => `${one.id}: ${where(one)}`);
}"""
OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
# What a thumb has to hit. A box or a dot is hit by all of its row; links in running text may be smaller.
SMALL = """() => {
    const controls = 'button, select, textarea, summary, input:not([type=hidden]), a.button, nav a, [role=tab]';
    const target = one => one.closest('.choice, label') || one;
    return [...document.querySelectorAll(controls)]
        .map(one => [one, target(one).getBoundingClientRect()])
        .filter(([one, box]) => one.checkVisibility({visibilityProperty: true}) && box.width > 1 && box.height > 1)
        .filter(([_, box]) => box.width < 43.5 || box.height < 43.5)
        .map(([one, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${one.outerHTML.slice(0, 120)}`);
}"""
LARGER = "() => { document.documentElement.style.fontSize = '200%'; }"
# Colours fade into each other: halfway their contrast is nobody's. Where one has faded, what inherits it begins to.
SETTLE = """async () => {
    const fading = () => document.getAnimations()
        .filter(one => one.playState === 'running' && one.effect.getComputedTiming().endTime < 1e9);
    let found;
    do {
        await new Promise(requestAnimationFrame);
        found = fading();
        found.forEach(one => one.finish());
    } while (found.length);
}"""
USUAL = "() => { document.documentElement.style.fontSize = ''; }"
DESK, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def staff(chrome: Browser, site: RunningSite) -> Iterator[Page]:
    context = chrome.new_context(reduced_motion="reduce")
    page = context.new_page()
    Visitor(site, page).signs_in_as_staff()
    yield page
    context.close()


@pytest.fixture(scope="module")
def anybody(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context(reduced_motion="reduce")
    page = context.new_page()
    yield page
    context.close()


def complaints(page: Page, address: str) -> list[str]:
    """One visit, looked at in four ways."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == (404 if address.endswith(MISSING) else 200), f"{address}: {answer.status}"
    return complaints_here(page)


def complaints_here(page: Page) -> list[str]:
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    # Not a script of the page: its policy would refuse it, and so it should.
    page.evaluate(AXE.read_text())
    found = _look(page, "light")
    page.emulate_media(color_scheme="dark")
    found += _look(page, "dark", COLOURS)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found += _look(page, "320 px") + [f"smaller than 44 px: {one}" for one in page.evaluate(SMALL)[:5]]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.evaluate(LARGER)
    found += _look(page, "200 % text", LAYOUT)
    page.evaluate(USUAL)
    return found


def complaints_when_refused(page: Page, address: str, button: str) -> list[str]:
    """The same page once more, with what is wrong on it; how wide it is was looked at before."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    page.goto(address)
    for field in page.locator("main input[required]").all():
        field.clear()
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.locator(".error-summary")).to_be_focused()
    page.evaluate(AXE.read_text())
    found = _look(page, "refused")
    page.emulate_media(color_scheme="dark")
    return found + _look(page, "refused, dark", COLOURS)


def _look(page: Page, how: str, rules: list[str] = RULES) -> list[str]:
    page.evaluate(SETTLE)
    wide = ["wider than the window"] if page.evaluate(OVERFLOWS) else []
    return [f"{how}: {one}" for one in [*page.evaluate(RUN, rules), *wide]]


def test_pages_for_everybody(anybody: Page, site: RunningSite) -> None:
    found = [f"{app}{path} {one}" for app, path in PUBLIC for one in complaints(anybody, site.url(app, path))]

    assert not found, "\n".join(found)


def test_account_and_administration(staff: Page, site: RunningSite) -> None:
    found = [f"{app}{path} {one}" for app, path in STAFF for one in complaints(staff, site.url(app, path))]

    assert not found, "\n".join(found)


def test_forms_that_are_refused(staff: Page, site: RunningSite) -> None:
    found = [
        f"{app}{path} {one}"
        for app, path, button in REFUSING
        for one in complaints_when_refused(staff, site.url(app, path), button)
    ]

    assert not found, "\n".join(found)


def test_signing_in_setting_up_an_app_and_a_door_that_stays_shut(chrome: Browser, site: RunningSite) -> None:
    page = chrome.new_context(reduced_motion="reduce").new_page()
    found = complaints_when_refused(page, site.url("blog", "/sign-in/"), "Send me a link")
    page.get_by_label("Your email address").fill("axe-sent@example.org")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    found += complaints_here(page)
    Visitor(site, page).signs_in("axe-app@example.org")
    page.goto(site.url("blog", "/account/security/"))
    page.get_by_role("button", name="Set up an app").click()
    expect(page.locator(".secret")).to_be_visible()
    found += complaints_here(page)
    page.goto(site.url("market", "/admin/"))
    expect(page.get_by_role("heading", name="You can’t open this page")).to_be_visible()
    found += complaints_here(page)

    assert not found, "\n".join(found)


def test_a_purchase(chrome: Browser, site: RunningSite) -> None:
    page = chrome.new_context(reduced_motion="reduce").new_page()
    visitor = Visitor(site, page)
    found: list[str] = []

    def look(what: str) -> None:
        found.extend(f"{what}: {one}" for one in complaints_here(page))

    visitor.puts_places_into_the_basket(1)
    visitor.puts_juice_into_the_basket(1)
    page.goto(site.url("cart"))
    look("basket")
    page.get_by_role("spinbutton", name="Quantity of ").first.fill("9999")
    page.get_by_role("button", name="Update quantity of ").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    look("basket, refused")
    visitor.orders(email="axe.with.a.name.as.long@names.example.org", before_ordering=lambda: look("checkout"))
    payment = page.url
    page.goto(site.url("cart"))
    look("basket, waiting")
    page.goto(payment)
    visitor.pays()
    visitor.sees_paid()
    ticket = page.get_by_role("link", name=re.compile(f"{CONCERT}, "))
    expect(ticket).to_be_visible(timeout=15_000)
    look("order")
    ticket.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look("ticket")
    Visitor(site, page).signs_in_as_staff()
    page.goto(site.url("cart", "/admin/orders/"))
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    look("order, behind the counter")

    assert not found, "\n".join(found)


def test_no_page_says_anything_on_the_console(chrome: Browser, site: RunningSite) -> None:
    """Nothing that the content policy refused, structured data included; no script that failed."""
    page = chrome.new_context().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    for app, path in PUBLIC:
        if "nothing" not in path:
            page.goto(site.url(app, path), wait_until="load")

    assert said == []
