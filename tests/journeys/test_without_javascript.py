"""What the purchase does not touch, in a browser that runs no scripts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import RunningSite
from tests.journeys.visitor import PRODUCT, Visitor


@pytest.fixture
def visitor(chrome: Browser, site: RunningSite) -> Iterator[Visitor]:
    context = chrome.new_context(java_script_enabled=False)
    yield Visitor(site, context.new_page())
    context.close()


@pytest.fixture(scope="module")
def staff(chrome: Browser, site: RunningSite) -> Iterator[Page]:
    context = chrome.new_context(java_script_enabled=False)
    visitor = Visitor(site, context.new_page())
    visitor.signs_in_as_staff()
    yield visitor.page
    context.close()


def test_the_basket_changes_and_empties(visitor: Visitor) -> None:
    visitor.puts_juice_into_the_basket(1)
    page = visitor.page
    page.goto(visitor.site.url("cart"))

    page.get_by_role("spinbutton", name=f"Quantity of {PRODUCT}").fill("3")
    page.get_by_role("button", name=f"Update quantity of {PRODUCT}").click()
    expect(page.get_by_role("spinbutton", name=f"Quantity of {PRODUCT}")).to_have_value("3")

    page.get_by_role("button", name=f"Remove {PRODUCT}").click()
    expect(page.get_by_text("Nothing in it yet")).to_be_visible()


def test_a_free_place_costs_no_card(visitor: Visitor) -> None:
    email = f"cy.{uuid4().hex[:8]}@example.org"
    visitor.puts_places_into_the_basket(1, concert="Open floor")
    visitor.orders_for_nothing(email=email)

    assert visitor.site.mails_to(email, containing="ticket")


def test_places_are_kept_longer_and_what_was_removed_comes_back(visitor: Visitor) -> None:
    visitor.puts_places_into_the_basket(1)
    page = visitor.page
    page.goto(visitor.site.url("cart"))
    page.get_by_role("button", name=re.compile("Keep it 15 more minutes")).click()
    expect(page.get_by_role("main")).to_contain_text("is held for you until")
    expect(page.get_by_role("button", name=re.compile("15 more minutes"))).to_have_count(0)

    visitor.puts_juice_into_the_basket(1)
    page.goto(visitor.site.url("cart"))
    page.get_by_role("button", name=f"Remove {PRODUCT}").click()
    page.get_by_role("button", name=f"Undo: put {PRODUCT} back").click()

    expect(page.get_by_role("spinbutton", name=f"Quantity of {PRODUCT}")).to_have_value("1")


def test_words_are_found_in_the_journal_and_in_the_shop(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.site.url("blog", "/search/"))
    page.get_by_role("searchbox").fill("loaves")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("main")).to_contain_text("Three loaves")

    page.goto(visitor.site.url("market"))
    page.get_by_label("What are you looking for?").fill("rye")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Dark rye").first).to_be_visible()


def test_a_list_is_narrowed_and_sorted(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.site.url("market", "/products/"))
    page.get_by_label("Shelf").select_option(label=page.get_by_label("Shelf").locator("option").nth(1).inner_text())
    page.get_by_label("Sort by").select_option("price")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile("category=.+|sort=price"))
    expect(page.get_by_role("link", name="Clear")).to_be_visible()


@pytest.mark.parametrize(
    ("app", "path"),
    [("blog", "/admin/posts/"), ("market", "/admin/products/"), ("events", "/admin/")],
)
def test_staff_change_a_title(staff: Page, site: RunningSite, app: str, path: str) -> None:
    staff.goto(site.url(app, path))
    staff.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    title = staff.locator("input[name=title]")
    changed = f"{title.input_value()} again"
    title.fill(changed)
    staff.get_by_role("button", name="Save", exact=True).click()

    expect(staff.get_by_role("heading", level=1)).to_have_text(changed)


def test_an_editor_writes_and_publishes(staff: Page, site: RunningSite) -> None:
    title = f"Snow at last {uuid4().hex[:6]}"
    staff.goto(site.url("blog", "/admin/posts/new/"))
    staff.get_by_label("Title", exact=True).fill(title)
    staff.locator("textarea[name=body]").fill("The children went to school by sledge.")
    staff.get_by_role("button", name="Save draft").click()
    staff.get_by_role("button", name="Publish").click()
    staff.get_by_role("link", name="View on the site").click()

    expect(staff.get_by_role("heading", level=1)).to_have_text(title)
    expect(staff.get_by_role("main")).to_contain_text("by sledge")


def test_a_steward_makes_an_evening_and_lets_a_guest_in(staff: Page, visitor: Visitor, site: RunningSite) -> None:
    title = f"Stories by the stove {uuid4().hex[:6]}"
    staff.goto(site.url("events", "/admin/entries/new/"))
    staff.get_by_label("Title", exact=True).fill(title)
    staff.get_by_label("Begins").fill(f"{datetime.now(UTC) + timedelta(days=5):%Y-%m-%dT19:30}")
    staff.get_by_label("State").select_option("published")
    staff.get_by_role("button", name="Save", exact=True).click()
    staff.get_by_role("link", name="Add a ticket type").click()
    staff.get_by_label("Name", exact=True).fill("Seat by the stove")
    staff.get_by_label("Price").fill("0")
    staff.get_by_label("Places").fill("4")
    staff.get_by_role("button", name=re.compile("Save|Add")).click()
    expect(staff.get_by_role("main")).to_contain_text("Seat by the stove")

    email = f"cy.{uuid4().hex[:8]}@example.org"
    visitor.puts_places_into_the_basket(1, concert=title)
    visitor.orders_for_nothing(email=email)
    (mail,) = site.mails_to(email, containing="ticket")
    visitor.page.goto(re.findall(r"http://localhost:\d+/tickets/[\w-]+/", str(mail["text"]))[0])
    code = visitor.page.locator(".pass-code").inner_text()
    staff.goto(site.url("events", "/admin/check-in/"))
    staff.get_by_label("Code").fill(code)
    staff.get_by_role("button", name="Check in").click()

    expect(staff.get_by_role("main")).to_contain_text("Welcome in")
    staff.get_by_label("Code").fill(code)
    staff.get_by_role("button", name="Check in").click()
    expect(staff.get_by_role("main")).to_contain_text("Not let in")
