"""Pictures of every kind of page: `make screenshots`. Phone and desk, light and dark; the README's tour as well."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.fakes.chromium import FLAGS, chromium
from tests.journeys.site import RunningSite
from tests.journeys.visitor import Visitor

PUBLIC = [
    ("home", "blog", "/"),
    ("journal", "blog", "/posts/"),
    ("post", "blog", "/three-loaves-one-dough/"),
    ("page", "blog", "/the-old-dairy/"),
    ("tag", "blog", "/tag/growing/"),
    ("author", "blog", "/author/maud-hartley/"),
    ("sign-in", "blog", "/sign-in/"),
    ("newsletters", "blog", "/newsletters/"),
    ("search", "blog", "/search/?q=bread"),
    ("search-nothing", "blog", "/search/?q=zeppelin"),
    ("not-found", "blog", "/nothing/here/"),
    ("sign-in-worn-out", "blog", "/sign-in/not-a-link/"),
    ("shop", "market", "/"),
    ("listing", "market", "/products/"),
    ("search-no-goods", "market", "/search/?q=zeppelin"),
    ("marketplace", "market", "/m/mill-bakery/"),
    ("product", "market", "/products/cloudy-apple-juice/"),
    ("producer", "market", "/producers/mill-bakery/"),
    ("whats-on", "events", "/"),
    ("calendar", "events", "/concerts/"),
    ("month", "events", "/month/"),
    ("concert", "events", "/entries/3-late-strings/"),
    ("basket-empty", "cart", "/"),
]
ADMIN = [
    ("account", "blog", "/account/"),
    ("account-newsletters", "blog", "/account/newsletters/"),
    ("security", "blog", "/account/security/"),
    ("account-data", "blog", "/account/data/"),
    ("account-erasure", "blog", "/account/erasure/"),
    ("tickets", "events", "/tickets/"),
    ("orders", "cart", "/orders/"),
    ("favourites", "market", "/likes/"),
    ("components", "blog", "/_components/"),
    ("admin", "blog", "/admin/"),
    ("admin-posts", "blog", "/admin/posts/"),
    ("admin-post", "blog", "/admin/posts/8/"),
    ("admin-write", "blog", "/admin/posts/new/"),
    ("admin-tags", "blog", "/admin/tags/"),
    ("admin-members", "blog", "/admin/members/"),
    ("admin-member", "blog", "/admin/members/1/"),
    ("admin-menu", "blog", "/admin/menu/"),
    ("admin-newsletters", "blog", "/admin/newsletters/"),
    ("admin-audit", "blog", "/admin/audit/"),
    ("admin-bus", "blog", "/admin/bus/"),
    ("admin-kept-pages", "blog", "/admin/cache/"),
    ("authenticator", "blog", "/account/security/"),
    ("sign-in-again", "blog", "/sign-in/again/"),
    ("admin-products", "market", "/admin/products/"),
    ("admin-product", "market", "/admin/products/1/"),
    ("admin-producers", "market", "/admin/producers/"),
    ("admin-entries", "events", "/admin/"),
    ("admin-entry", "events", "/admin/entries/3/"),
    ("admin-calendars", "events", "/admin/calendars/"),
    ("admin-check-in", "events", "/admin/check-in/"),
    ("admin-not-found", "market", "/admin/products/999999/"),
    ("admin-orders", "cart", "/admin/orders/"),
]
TOUR = {"home", "whats-on", "product", "basket", "order"}
SIZES = {"phone": 390, "desk": 1280}
EAGER = "document.querySelectorAll('img[loading=lazy]').forEach(image => { image.loading = 'eager'; })"


class Album:
    def __init__(self, folder: Path, *, name: str, tour: bool) -> None:
        self.folder, self.name, self.tour = folder, name, tour

    def take(self, page: Page, what: str) -> None:
        page.evaluate(EAGER)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=self.folder / f"{what}-{self.name}.png", full_page=True)
        if self.tour and what in TOUR:
            Path("docs/tour").mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"docs/tour/{what}.png", clip={"x": 0, "y": 0, "width": 1280, "height": 900})


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with running_site() as site, sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for scheme in ("light", "dark"):
            for size, width in SIZES.items():
                album = Album(folder, name=f"{size}-{scheme}", tour=(size, scheme) == ("desk", "light"))
                photograph(site, new_page(chrome, width, scheme), album)


def photograph(site: RunningSite, page: Page, album: Album) -> None:
    take_all(site, page, album, PUBLIC)
    visitor = Visitor(site, page)
    photograph_purchase(visitor, album)
    photograph_refusals(visitor, album)
    visitor.signs_in("admin@roseash.example")
    take_all(site, page, album, ADMIN)
    page.get_by_role("main").get_by_role("link", name=re.compile("RA-")).first.click()
    album.take(page, "admin-order")


def photograph_purchase(visitor: Visitor, album: Album) -> None:
    page = visitor.page
    visitor.puts_places_into_the_basket(1)
    visitor.puts_juice_into_the_basket(1)
    album.take(page, "product-added")
    page.goto(visitor.site.url("cart"))
    album.take(page, "basket")
    visitor.orders(email="cy@example.org", name="Cy Cole", before_ordering=lambda: album.take(page, "checkout"))
    album.take(page, "payment")
    visitor.pays()
    visitor.sees_paid()
    ticket = page.get_by_role("link", name=re.compile("Late Strings, "))
    expect(ticket).to_be_visible(timeout=15_000)
    album.take(page, "order")
    ticket.click()
    album.take(page, "ticket")


def photograph_refusals(visitor: Visitor, album: Album) -> None:
    page = visitor.page
    visitor.puts_juice_into_the_basket(1)
    page.goto(visitor.site.url("cart"))
    page.get_by_role("spinbutton", name="Quantity of ").fill("9999")
    page.get_by_role("button", name="Update quantity of ").click()
    expect(page.locator(".error-summary")).to_be_visible()
    album.take(page, "basket-refused")
    visitor.orders(email="cy@example.org", name="Cy Cole")
    page.goto(visitor.site.url("cart"))
    album.take(page, "basket-waiting")
    page.goto(visitor.site.url("blog", "/sign-in/"))
    page.get_by_role("button", name="Send me a link").click()
    album.take(page, "sign-in-refused")
    # An address of its own for each album: nobody is sent more than five links in an hour.
    address = f"cy.{album.name}@example.org"
    page.get_by_label("Your email address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    album.take(page, "sign-in-sent")
    visitor.signs_in(address)
    page.goto(visitor.site.url("market", "/admin/"))
    album.take(page, "forbidden")


def take_all(site: RunningSite, page: Page, album: Album, pages: list[tuple[str, str, str]]) -> None:
    for what, app, path in pages:
        page.goto(site.url(app, path))
        if what == "authenticator":
            page.get_by_role("button", name="Set up an app").click()
        album.take(page, what)


@contextmanager
def running_site() -> Iterator[RunningSite]:
    with tempfile.TemporaryDirectory() as home:
        # The camera has no authenticator app.
        config = Path(home) / "app-config.yaml"
        config.write_text(Path("app-config.yaml").read_text().replace("second_factor: true", "second_factor: false"))
        os.environ["ROSE_CONFIG"] = str(config)
        site = RunningSite(Path(home))
        site.start()
        yield site
        site.stop()


def new_page(chrome: Browser, width: int, scheme: str) -> Page:
    context = chrome.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-GB",
        reduced_motion="reduce",
    )
    return context.new_page()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".rose/screenshots"))
