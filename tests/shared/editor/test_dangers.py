"""Nothing that could run, lead astray or speak to our own scripts is left of what somebody wrote.

Looked at by Chromium's own parser, because what is harmless to one reader of HTML may be a script to the next.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import async_playwright

from events.services import prose
from shared.editor.cleaning import clean_html
from tests.fakes.chromium import FLAGS, chromium
from tests.security.payloads import ALONE, PAYLOADS
from tests.shared.editor.dangers import dangers

PIECES = [
    *(f"<{tag}>" for tag in ("svg", "math", "style", "title", "noscript", "template", "select", "table", "form", "p")),
    *(f"</{tag}>" for tag in ("svg", "math", "style", "title", "noscript", "template", "select", "table", "form", "p")),
    *("<mglyph>", "<mtext>", "<malignmark>", "<annotation-xml encoding='text/html'>", "<foreignObject>", "<desc>"),
    *("<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?x", "<!doctype x", "<plaintext>", "<xmp>", "<noembed>", "<iframe>"),
    *('<a title="', '<img alt="', '">', "'>", "</a>", "<br/", "<", ">", "&lt;", "&#x3c;", "&quot;", "\x00", "\n", "x"),
    *('<a href="javascript:alert(1)">', '<a href="java&#x09;script:1">', "<a href=//evil.example>", "<base href=/x>"),
    *('<p style="x" id="x" hx-get="/x" data-x="1">', '<img src="x" onerror="alert(1)">', "<iframe srcdoc='<script>'>"),
    *('<h2 id="x" onclick=1>', '<video poster="javascript:1" autoplay>', '<div class="kg-card modal">', "<script>"),
    *('<iframe src="https://www.youtube.com/embed/x">', '<iframe src="https://youtube.com.evil.example/">'),
]
HTML = st.lists(st.sampled_from([*PIECES, *ALONE, *PAYLOADS]) | st.text(max_size=8), max_size=120).map("".join)
CLEANERS: dict[str, Callable[[str], str]] = {"our own": clean_html, "the programme's": prose.clean}
TEXTS = 600
# Parsed, written down, and parsed again, as a page that is saved and opened.
LOOK = """(texts) => texts.map(text => {
    const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;
    const body = parse(parse(text).innerHTML);
    return [...body.querySelectorAll("*")].map(e =>
        [e.localName, Object.fromEntries([...e.attributes].map(a => [a.name, a.value]))]);
})"""


@pytest.mark.parametrize("cleaner", CLEANERS)
@settings(max_examples=100, deadline=None)
@given(html=HTML)
def test_whatever_is_written_nothing_dangerous_is_left(cleaner: str, html: str) -> None:
    assert dangers(CLEANERS[cleaner](html)) == []


@pytest.mark.parametrize("text", [*ALONE, *PAYLOADS])
def test_of_known_tricks_nothing_is_left(text: str) -> None:
    for clean in CLEANERS.values():
        assert dangers(clean(text)) == []


async def test_a_browser_finds_nothing_dangerous_either() -> None:
    dice, tricks = random.Random(4), [*ALONE, *PAYLOADS]
    texts = tricks + ["".join(dice.choices([*PIECES, *tricks], k=dice.randint(2, 60))) for _ in range(TEXTS)]
    left = [clean(text) for text in texts for clean in CLEANERS.values()]

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page()
        # That this way of looking sees what there is to see.
        raw: list[Any] = await page.evaluate(LOOK, tricks)
        found: list[Any] = await page.evaluate(LOOK, left)
        await browser.close()

    assert sum(bool(dangers(elements)) for elements in raw) > len(tricks) * 0.8
    assert [(json.dumps(html), wrong) for html, one in zip(left, found, strict=True) if (wrong := dangers(one))] == []
