"""Pictures of every kind of page: `make screenshots`. Phone and desk, light and dark; the README's tour as well."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.fakes.chromium import FLAGS, chromium
from tests.journeys.site import RunningSite
from tests.journeys.visitor import Visitor

PUBLIC = [
    ("home", "blog", "/"),
    ("post", "blog", "/three-loaves-one-dough/"),
    ("page", "blog", "/the-old-dairy/"),
    ("sign-in", "blog", "/sign-in/"),
    ("search", "blog", "/search/?q=bread"),
    ("not-found", "blog", "/nothing/here/"),
    ("shop", "market", "/"),
    ("listing", "market", "/products/"),
    ("product", "market", "/products/cloudy-apple-juice/"),
    ("whats-on", "events", "/"),
    ("month", "events", "/month/"),
    ("concert", "events", "/entries/3-late-strings/"),
]
ADMIN = [
    ("account", "blog", "/account/"),
    ("components", "blog", "/_components/"),
    ("admin-posts", "blog", "/admin/posts/"),
    ("admin-write", "blog", "/admin/posts/new/"),
    ("admin-products", "market", "/admin/products/"),
    ("admin-entries", "events", "/admin/"),
    ("admin-orders", "cart", "/admin/orders/"),
]
TOUR = {"home", "product", "basket", "order"}
SIZES = {"phone": 390, "desk": 1280}


class Album:
    def __init__(self, folder: Path, *, name: str, tour: bool) -> None:
        self.folder, self.name, self.tour = folder, name, tour

    def take(self, page: Page, what: str) -> None:
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
    for what, app, path in PUBLIC:
        page.goto(site.url(app, path))
        album.take(page, what)
    visitor = Visitor(site, page)
    visitor.puts_places_into_the_basket(1)
    visitor.puts_juice_into_the_basket(1)
    page.goto(site.url("cart"))
    album.take(page, "basket")
    visitor.orders(email="cy@example.org", name="Cy Cole", before_ordering=lambda: album.take(page, "checkout"))
    album.take(page, "payment")
    visitor.pays()
    visitor.sees_paid()
    album.take(page, "order")
    visitor.signs_in("admin@roseash.example")
    for what, app, path in ADMIN:
        page.goto(site.url(app, path))
        album.take(page, what)


@contextmanager
def running_site() -> Iterator[RunningSite]:
    with tempfile.TemporaryDirectory() as home:
        site = RunningSite(Path(home))
        site.start()
        yield site
        site.stop()


def new_page(chrome: Browser, width: int, scheme: str) -> Page:
    context = chrome.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    return context.new_page()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".rose/screenshots"))
