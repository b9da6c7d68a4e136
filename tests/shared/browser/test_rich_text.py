"""Words with marks, in the field that shows them as they will be: real Chromium."""

from html import escape

import pytest
from playwright.async_api import Route, async_playwright

from rose.assets.places import Places
from tests.fakes.chromium import FLAGS, chromium

CASES = [
    ("Two blocks\n\nof words", "<p>Two blocks</p><p>of words</p>"),
    (
        "<h2>A</h2><p>b <strong>c</strong> &amp; &lt;d&gt;<br>e</p>",
        "<h2>A</h2><p>b <strong>c</strong> &amp; &lt;d&gt;<br>e</p>",
    ),
    ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ('<p><a href="/a?b=1&amp;c=2" rel="x">d</a></p>', '<p><a href="/a?b=1&amp;c=2">d</a></p>'),
    ('<p><a href="javascript:alert(1)">d</a></p>', "<p><a>d</a></p>"),
    ("<p>a<b>b</b><i>c</i></p></p></div>d", "<p>a<strong>b</strong><em>c</em></p>d"),
    ("<p>a<img src=x onerror=alert(1)>b</p>", "<p>ab</p>"),
    ("<p onclick=alert(1)>a < b</p>", "<p>a &lt; b</p>"),
]
POLICY = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
# Two fields on a page bring the script twice.
PAGE = """<!doctype html><script src="/rich-text.js" defer></script><script src="/rich-text.js" defer></script>
<label for="a">A</label><textarea id="a" data-rich>{}</textarea>"""
HEADERS = {"Content-Type": "text/html", "Content-Security-Policy": POLICY}


async def answer(asked: Route) -> None:
    if asked.request.url.endswith(".js"):
        script = (Places().static / "js/rich-text.js").read_text()
        # What it declares is its own, as in the built one.
        await asked.fulfill(body=f"{{{script}}}", content_type="text/javascript")
    else:
        written, _ = CASES[int(asked.request.url.rpartition("/")[2])]
        await asked.fulfill(body=PAGE.format(escape(written)), headers=HEADERS)


@pytest.mark.asyncio(loop_scope="module")
async def test_it_shows_what_was_written_and_parses_nothing() -> None:
    said, shown = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        tab = await browser.new_page()
        tab.on("pageerror", lambda error: said.append(str(error)))
        await tab.route("**/*", answer)
        for number in range(len(CASES)):
            await tab.goto(f"http://localhost:1/{number}")
            shown.append(await tab.locator(".rich-words").inner_html(timeout=5_000))
        await browser.close()

    assert shown == [expected for _, expected in CASES]
    assert said == []
