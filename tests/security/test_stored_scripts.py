"""What people write stays words: sixty attempts in every text, all pages of it looked at by a real browser."""

from itertools import cycle
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Route as Request
from playwright.async_api import async_playwright

from events.services import prose
from shared.db.session import transaction
from shared.editor.cleaning import clean_html
from tests.factories.blog import a_page, a_post, a_tag, an_author
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.fakes.chromium import FLAGS, chromium
from tests.security.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

_TAGS = ["img src=x", "svg", "body", "details open", "video src=x", "input autofocus", "a tabindex=0", "p", "math"]
_HANDLERS = ["onerror", "onload", "ontoggle", "onfocus", "onanimationstart"]
PAYLOADS = [f"<{tag} {handler}=alert(1)>" for tag in _TAGS for handler in _HANDLERS] + [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    '"><script>alert(1)</script>',
    "'\" autofocus onfocus=alert(1) x='",
    "<p hx-get=/sign-out/ hx-trigger=load>",
    "<p data-hx-on:load=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7*7 }}<style>@import 'javascript:alert(1)'</style>",
]
WATCH = (
    """document.addEventListener('securitypolicyviolation', e => console.log('VIOLATION ' + e.violatedDirective));"""
)
FAULTS = """() => [...document.querySelectorAll('.user-html *')].flatMap(e => [...e.attributes].map(a => a.name))
    .filter(n => /^(on|hx-|data-hx|srcdoc|style$)/.test(n))"""


async def _write(town: Town) -> list[str]:
    """One of everything, its short texts each another attempt and its long ones all of them."""
    short, every = cycle(PAYLOADS), "\n\n".join(PAYLOADS)
    addresses = []
    async with transaction() as session:
        for number in range(6):
            name = lambda: next(short)[:80]  # noqa: E731
            slug, html = f"words-{number}", clean_html(every, site_url=town.url("blog"))
            post = await a_post(session, name(), slug=slug, html=html, public_html=html, excerpt=every[:290])
            await a_page(session, name(), slug=f"page-{slug}", html=html, public_html=html)
            tag = await a_tag(session, name(), post, slug=f"tag-{slug}", description=every)
            author = await an_author(session, name(), post)
            stall = await a_marketplace(session, name=name(), slug=slug, description=every)
            shelf, producer = await a_category(session, name=name()[:60]), await a_producer(session, name=name())
            kinds = {"marketplace_id": stall.id, "category_id": shelf.id, "producer_id": producer.id}
            await a_product(session, title=name(), slug=slug, description=html, **kinds)
            calendar = await a_calendar(session, name=name(), slug=slug, description=every)
            told = prose.clean(every)
            entry = await an_entry(session, title=name(), slug=slug, calendar=calendar, venue=name(), description=told)
            await a_ticket_type(session, entry=entry, name=name())
            addresses += [town.url("blog", f"/{slug}/"), town.url("blog", f"/page-{slug}/")]
            addresses += [town.url("blog", f"/tag/{tag.slug}/"), town.url("blog", f"/author/{author.slug}/")]
            addresses += [town.url("market", f"/m/{slug}/"), town.url("market", f"/products/{slug}/")]
            addresses += [town.url("market", f"/producers/{producer.slug}/")]
            addresses += [town.url("events", f"/{slug}/"), town.url("events", f"/entries/{entry.id}-{slug}/")]
    return [*addresses, *(town.url(app) for app in ("blog", "market", "events"))]


async def test_nothing_that_was_written_is_ever_run(town: Town) -> None:
    said, shown, visitor = [], [], town.client()
    addresses = await _write(town)

    async def answer(request: Request) -> None:
        if urlsplit(request.request.url).netloc not in {urlsplit(address).netloc for address in addresses}:
            said.append(f"asked {request.request.url}")
            return await request.abort()
        found = await visitor.get(request.request.url)
        headers = {name: value for name, value in found.headers.items() if name != "content-encoding"}
        await request.fulfill(status=found.status_code, headers=headers, body=found.content)
        return None

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        tab = await browser.new_page()
        tab.on("dialog", lambda dialog: said.append(f"dialog on {tab.url}") or dialog.dismiss())
        tab.on("console", lambda line: said.append(f"{tab.url} {line.text}") if "VIOLATION" in line.text else None)
        await tab.add_init_script(WATCH)
        await tab.route("**/*", answer)
        for address in addresses:
            found = await tab.goto(address, wait_until="load")
            shown.append((address, found.status if found else 0))
            said += [f"{address} {fault}" for fault in await tab.evaluate(FAULTS)]
        await browser.close()

    assert [address for address, status in shown if status != 200] == []
    assert said == []
    assert len(PAYLOADS) >= 60
