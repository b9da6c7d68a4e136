"""On our pages nothing but htmx makes HTML of words, and nothing at all makes a script of them: real Chromium."""

import pytest
from playwright.async_api import async_playwright

from tests.fakes.chromium import FLAGS, chromium
from tests.security.crawl import Crawl
from tests.security.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

SINKS = [
    "div.innerHTML = words",
    "div.firstChild.outerHTML = words",
    "div.insertAdjacentHTML('beforeend', words)",
    "document.write(words)",
    "document.createRange().createContextualFragment(words)",
    "new DOMParser().parseFromString(words, 'text/html')",
    "Document.parseHTMLUnsafe(words)",
    "document.createElement('iframe').srcdoc = words",
    "document.createElement('script').text = words",
    "document.createElement('script').textContent = words",
    "document.createElement('script').src = '/static/x.js'",
    "new Function(words)",
    "setTimeout(words)",
    "trustedTypes.createPolicy('another', {})",
    "trustedTypes.createPolicy('htmx', {})",
]
TRY = """sink => {
    const div = document.createElement("div");
    div.append(document.createElement("p"));
    const words = "<p>words</p>";
    const tries = {SINKS};
    try { tries[sink](); return "taken"; } catch (error) { return error.name; }
}""".replace("{SINKS}", "{" + ", ".join(f"{number}: () => {{ {sink}; }}" for number, sink in enumerate(SINKS)) + "}")


async def test_no_script_makes_html_or_scripts_of_words(town: Town) -> None:
    crawl = Crawl(town, town.ann, most=1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        tab = await crawl.tab(browser)
        await tab.goto(town.url("market"))
        # The bar's own part came by htmx, and became HTML.
        await tab.get_by_role("link", name="Account").wait_for(state="attached", timeout=5_000)
        said = list(crawl.said)
        found = {sink: await tab.evaluate(TRY, number) for number, sink in enumerate(SINKS)}
        await browser.close()

    assert said == []
    assert {sink: how for sink, how in found.items() if how == "taken"} == {}
