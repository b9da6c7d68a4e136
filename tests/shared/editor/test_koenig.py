"""Koenig's own renderer behind a pipe: what it gives, and what happens when it fails."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest
import pytest_asyncio

from shared.editor.document import plain_text
from shared.editor.koenig import ImportFailed, Koenig, RenderFailed
from shared.editor.node_process import EditorUnavailable, Patience
from shared.editor.tree import element, linebreak, text
from tests.shared.editor.trees import CALLOUT, PICTURE, WALL, bullets, heading, lexical, link, paragraph

GHOST = Path(__file__).resolve().parents[4] / "shared/data/ghost-rendered.json"
SITE = "https://blog.example.org"
# How the Ghost that made the export was set up.
GHOST_OPTIONS = {
    "siteUuid": "056fb4f4-19f9-49e7-aaad-ea42a8aabdaa",
    "imageBaseUrl": f"{SITE}/content/images",
    "imageOptimization": {
        "srcsets": True,
        "contentImageSizes": {f"w{width}": {"width": width} for width in (600, 1000, 1600, 2400)},
    },
}

PICTURE_HTML = (
    '<figure class="kg-card kg-image-card kg-card-hascaption"><img src="/a.jpg" class="kg-image" '
    'alt="Rows of chard" loading="lazy"><figcaption>In <b>May</b></figcaption></figure>'
)
CALLOUT_HTML = (
    '<div class="kg-card kg-callout-card kg-callout-card-green"><div class="kg-callout-emoji">!</div>'
    '<div class="kg-callout-text">Boxes on <b>Thursdays</b></div></div>'
)
DYING_PARENT = f"""
import asyncio, os
from shared.editor.koenig import Koenig
koenig = Koenig()
asyncio.new_event_loop().run_until_complete(koenig.render({lexical(paragraph("A"))!r}, site_url="/"))
print(koenig.pid, flush=True)
os.kill(os.getpid(), 9)
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def koenig():
    koenig = Koenig()
    yield koenig
    await koenig.aclose()


def lives(pid):
    return Path(f"/proc/{pid}").exists()


def wait_until_gone(pid):
    end = time.monotonic() + 5
    while lives(pid):
        assert time.monotonic() < end
        time.sleep(0.02)


def environment_names(pid):
    entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return {entry.split(b"=")[0] for entry in entries if entry}


@pytest.mark.parametrize(
    ("block", "html"),
    [
        (paragraph("Fish & ", text("chips", 1)), "<p>Fish &amp; <strong>chips</strong></p>"),
        (paragraph(text("a", 3), text("b", 2)), "<p><em><strong>a</strong>b</em></p>"),
        (paragraph("One", linebreak(), "two"), "<p>One<br>two</p>"),
        (paragraph(link("chard", "/chard")), '<p><a href="/chard">chard</a></p>'),
        (heading("The box"), '<h2 id="the-box">The box</h2>'),
        (element("extended-quote", [text("So.")]), "<blockquote>So.</blockquote>"),
        (bullets("a", [bullets("b", kind="number")]), "<ul><li>a<ol><li>b</li></ol></li></ul>"),
        ({"type": "horizontalrule", "version": 1}, "<hr>"),
        (WALL, "<!--members-only-->"),
        (PICTURE, PICTURE_HTML),
        ({**CALLOUT, "calloutEmoji": "!", "backgroundColor": "green"}, CALLOUT_HTML),
    ],
)
async def test_blocks_become_the_html_that_ghost_makes(koenig, block, html):
    assert await koenig.render(lexical(block), site_url=SITE) == html


@pytest.mark.skipif(not GHOST.exists(), reason="the Ghost export lies beside the checkout only in CI")
async def test_a_whole_blog_is_rendered_byte_for_byte_as_by_ghost(koenig):
    posts = json.loads(GHOST.read_text())

    differing = [
        post["slug"]
        for post in posts
        if await koenig.render(post["lexical"], site_url=SITE, options=GHOST_OPTIONS) != post["html"]
    ]

    assert differing == []


async def test_mails_have_cards_that_pages_have_not(koenig):
    text = lexical({"type": "email", "version": 1, "html": "<p>Dear member</p>"})

    assert await koenig.render(text, site_url=SITE) == ""
    assert "Dear member" in await koenig.render(text, site_url=SITE, target="email")


async def test_an_empty_text_is_an_empty_page(koenig):
    assert await koenig.render(lexical(), site_url=SITE) == ""


@pytest.mark.parametrize(
    "block",
    [
        {"type": "hologram", "version": 1},
        {"type": "gallery", "version": 1, "images": 7},
    ],
)
async def test_a_card_that_cannot_be_shown_is_told_and_does_not_end_the_renderer(koenig, block):
    with pytest.raises(RenderFailed, match="cannot be shown"):
        await koenig.render(lexical(paragraph("Before"), block), site_url=SITE)

    assert await koenig.render(lexical(paragraph("After")), site_url=SITE) == "<p>After</p>"


async def test_html_of_another_house_becomes_a_text(koenig):
    found = await koenig.from_html("<h2>The box</h2><p>Carrots <em>and</em> chard</p><hr>")

    assert plain_text(found) == "The box\n\nCarrots and chard"
    assert json.loads(found)["root"]["children"][-1]["type"] == "horizontalrule"


async def test_old_mobiledoc_becomes_a_text(koenig):
    old = {
        "version": "0.3.1",
        "atoms": [],
        "cards": [],
        "markups": [],
        "sections": [[1, "p", [[0, [], 0, "Hi"]]]],
    }

    assert plain_text(await koenig.from_mobiledoc(json.dumps(old))) == "Hi"


async def test_mobiledoc_that_is_none_is_refused(koenig):
    with pytest.raises(ImportFailed):
        await koenig.from_mobiledoc("{")


async def test_many_at_once_get_their_own_answers(koenig):
    texts = [lexical(paragraph(f"Text {number}")) for number in range(20)]

    pages = await asyncio.gather(*[koenig.render(text, site_url=SITE) for text in texts])

    assert pages == [f"<p>Text {number}</p>" for number in range(20)]


async def test_who_goes_away_early_does_not_leave_their_answer_to_the_next(koenig):
    leaving = asyncio.create_task(koenig.render(lexical(paragraph("Gone")), site_url=SITE))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving.cancel()

    assert await koenig.render(lexical(paragraph("Mine")), site_url=SITE) == "<p>Mine</p>"


async def test_a_killed_renderer_is_replaced(koenig):
    await koenig.render(lexical(paragraph("A")), site_url=SITE)
    killed = koenig.pid
    os.kill(killed, signal.SIGKILL)

    assert await koenig.render(lexical(paragraph("B")), site_url=SITE) == "<p>B</p>"
    assert koenig.pid != killed


async def test_one_that_hangs_is_killed_and_the_author_told():
    koenig = Koenig(Patience(answer=0.2, start=30, idle=60))
    await koenig.render(lexical(paragraph("A")), site_url=SITE)
    hung = koenig.pid
    os.kill(hung, signal.SIGSTOP)

    with pytest.raises(EditorUnavailable, match="Nothing is lost"):
        await koenig.render(lexical(paragraph("B")), site_url=SITE)

    assert not lives(hung)
    await koenig.aclose()


async def test_an_idle_renderer_goes_home():
    koenig = Koenig(Patience(idle=0.05))
    await koenig.render(lexical(paragraph("A")), site_url=SITE)
    pid = koenig.pid

    await asyncio.to_thread(wait_until_gone, pid)

    assert koenig.pid is None


async def test_a_renderer_ends_with_its_parent():
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING_PARENT, stdout=asyncio.subprocess.PIPE)
    said, _ = await parent.communicate()

    await asyncio.to_thread(wait_until_gone, int(said))


async def test_the_renderer_knows_none_of_our_secrets(koenig, monkeypatch):
    await koenig.render(lexical(paragraph("A")), site_url=SITE)

    assert environment_names(koenig.pid) == {b"NODE_ENV", b"COMPILE_CACHE"}
