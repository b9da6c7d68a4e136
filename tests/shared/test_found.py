"""What search engines, feed readers and people who share a link are told of each page."""

import json
import os
import re
from base64 import urlsafe_b64decode
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from PIL import Image

from shared.db.session import transaction
from shared.design import Design
from shared.infrastructure.found import share_pictures
from shared.infrastructure.found.manifest import manifest
from shared.infrastructure.found.share_drawing import TITLE_SIZES, draw, fit, font
from shared.infrastructure.found.share_pictures import Card
from shared.infrastructure.found.shown import find
from tests.factories.blog import a_page, a_post, a_tag, an_author
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.house import House

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
META = re.compile(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">')
HEADS = {
    "Organization": {"name", "url", "logo"},
    "WebSite": {"name", "url"},
    "BlogPosting": {"headline", "image", "datePublished", "dateModified", "author", "publisher"},
    "WebPage": {"name", "url", "dateModified"},
    "Product": {"name", "image", "description", "offers"},
    "Event": {"name", "startDate", "endDate", "location", "eventStatus", "offers", "image", "organizer"},
    "BreadcrumbList": {"itemListElement"},
    "Offer": {"price", "priceCurrency", "availability", "url"},
    "Place": {"name"},
}
SLY = "</script><script>alert(1)</script> & “tea”"


def blocks(page: httpx.Response) -> dict[str, dict[str, Any]]:
    found = [json.loads(text) for text in BLOCK.findall(page.text)]
    return {str(one["@type"]): one for block in found for one in block.get("@graph", [block])}


def metas(page: httpx.Response) -> dict[str, str]:
    return {name: unescape(content) for name, content in META.findall(page.text)}


def canonical(page: httpx.Response) -> str:
    (address,) = re.findall(r'<link rel="canonical" href="([^"]+)">', page.text)
    return unescape(address)


def told(address: str) -> list[str]:
    """What stands in the address of a shared picture."""
    payload = address.rsplit("/", 1)[1].split(".", maxsplit=1)[0]
    return list(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def lacks(one: Any) -> list[str]:
    """What a thing, or anything inside it, must have and has not."""
    if isinstance(one, list):
        return [name for part in one for name in lacks(part)]
    if not isinstance(one, dict):
        return []
    kind = str(one.get("@type", ""))
    required = HEADS.get(kind, set()) if set(one) - {"@type", "@id"} and kind != "Organization" else set()
    return [f"{kind}.{name}" for name in required if not one.get(name)] + lacks(list(one.values()))


@pytest.fixture
async def places(house: House) -> dict[str, str]:
    """An address of each kind of public page; titles that try to break out."""
    async with transaction() as session:
        post = await a_post(session, SLY, slug="tea")
        await a_tag(session, "Growing", post)
        await an_author(session, "Maud Hartley", post)
        await a_page(session, "About us", seo_description="Who we are.")
        product = await a_product(session, title=f"{SLY} in bags", on_hand=5)
        entry = await an_entry(session, calendar=await a_calendar(session), title=SLY)
        await a_ticket_type(session, entry=entry)
    return {
        "home": house.url("blog"),
        "journal": house.url("blog", "/posts/"),
        "post": house.url("blog", "/tea/"),
        "page": house.url("blog", "/about-us/"),
        "tag": house.url("blog", "/tag/growing/"),
        "author": house.url("blog", "/author/maud-hartley/"),
        "shop": house.url("market"),
        "products": house.url("market", "/products/"),
        "product": house.url("market", f"/products/{product.slug}/"),
        "whats on": house.url("events"),
        "entry": house.url("events", entry.path),
    }


EXPECTED = {
    "home": {"Organization", "WebSite"},
    "post": {"BlogPosting", "BreadcrumbList"},
    "page": {"WebPage", "BreadcrumbList"},
    "product": {"Product", "BreadcrumbList"},
    "entry": {"Event", "BreadcrumbList"},
}


async def test_structured_data_is_whole_and_cannot_be_broken_out_of(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    for kind, types in EXPECTED.items():
        page = await browser.get(places[kind])

        found = blocks(page)

        assert set(found) == types, kind
        assert lacks(list(found.values())) == []
        assert "<script>alert" not in page.text
    assert found["Event"]["name"] == SLY


async def test_every_public_page_says_what_it_is_and_where(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    pages = {kind: await browser.get(address) for kind, address in places.items()}

    for kind, page in pages.items():
        said = metas(page)
        assert canonical(page) == places[kind] == said["og:url"]
        assert {"og:title", "og:type", "og:site_name", "og:image", "twitter:card"} <= set(said), kind
        assert said["description"] == said["og:description"] != ""
        assert "robots" not in said
    titles = [re.findall(r"<title>(.*?)</title>", page.text, re.DOTALL)[0] for page in pages.values()]
    assert len(set(titles)) == len(titles)
    assert len({metas(page)["description"] for page in pages.values()}) == len(pages)


async def test_a_shared_link_has_its_own_picture_which_never_changes(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    pictures = {metas(await browser.get(places[kind]))["og:image"] for kind in ("home", "post", "product", "entry")}
    assert len(pictures) == 4

    for address in pictures:
        answer = await browser.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert Image.open(BytesIO(answer.content)).size == (1200, 630)
        assert (await browser.get(address)).content == answer.content


async def test_a_shared_evening_names_its_day_once_and_shows_its_drawing(house: House) -> None:
    async with transaction() as session:
        entry = await an_entry(
            session, calendar=await a_calendar(session), title="Late Strings", illustration="candles"
        )

    said = metas(await house.client().get(house.url("events", entry.path)))

    _look, title, kicker, shown = told(said["og:image"])
    assert (title, said["og:title"], shown) == ("Late Strings", "Late Strings", "candles")
    assert str(entry.starts_at.year) in kicker


async def test_a_shared_product_and_a_shared_story_show_what_they_are_about(house: House) -> None:
    scene = "/static/images/scenes/leeks.svg"
    async with transaction() as session:
        product = await a_product(session, illustration="russet")
        await a_post(session, "Frost", slug="frost", feature_image=scene)
    browser = house.client()

    apple = metas(await browser.get(house.url("market", f"/products/{product.slug}/")))["og:image"]
    story = metas(await browser.get(house.url("blog", "/frost/")))["og:image"]

    assert (told(apple)[3], told(story)[3]) == ("russet", scene)
    assert (await browser.get(story)).content != (await browser.get(apple)).content


async def test_what_is_no_longer_there_leaves_a_shared_picture_of_words(house: House) -> None:
    for shown in ("https://elsewhere.example/a.png", f"/media/{'0' * 32}.png", "no-such-drawing", "/../secret"):
        assert find(house.settings, shown) is None

    assert draw(house.settings, "Words", "and a line", None).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "title", ["Tea", "Growers, bakers and a hall full of music " * 6, "Donaudampfschifffahrtsgesellschaft" * 6]
)
def test_no_word_of_a_shared_title_is_cut_off(title: str) -> None:
    lines, size = fit(title, 500, 336, sizes=TITLE_SIZES, weight=700)

    assert "".join("".join(lines).split()) == "".join(title.split())
    assert max(font(size, 700).getlength(line) for line in lines) <= 500
    assert len(lines) * size <= 336


async def test_another_accent_shows_in_what_others_are_told(house: House) -> None:
    plum = house.settings.model_copy(update={"design": Design(accent_hue=330)})

    assert manifest(plum)["theme_color"] != manifest(house.settings)["theme_color"]
    assert draw(plum, "Tea", "£2", None) != draw(house.settings, "Tea", "£2", None)
    card = Card("Tea", "£2", "jar")
    assert share_pictures.address(plum, "blog", card) != share_pictures.address(house.settings, "blog", card)


def test_old_shared_pictures_do_not_fill_the_disk(tmp_path: Path) -> None:
    for age in range(5):
        drawn = tmp_path / f"{age}.png"
        drawn.write_bytes(b"picture")
        os.utime(drawn, (1000 - age, 1000 - age))

    share_pictures.sweep(tmp_path, kept=2)

    assert {one.name for one in tmp_path.iterdir()} == {"0.png", "1.png"}


async def test_nobody_else_has_words_drawn(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    address = metas(await browser.get(places["post"]))["og:image"]
    payload, signature, _ = address.rsplit("/", 1)[1].split(".")

    forged = [f"{payload[:-4]}AAAA.{signature}", f"{payload}.{'0' * len(signature)}", f"{payload}.ä"]

    assert [(await browser.get(house.url("blog", f"/share/{one}.png"))).status_code for one in forged] == [404] * 3


async def test_the_map_of_the_site_has_only_canonical_pages_that_answer(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    robots = (await browser.get(house.url("events", "/robots.txt"))).text
    index = ET.fromstring((await browser.get(re.findall("Sitemap: (.+)", robots)[0])).text)
    maps = [found.text for found in index.iter(f"{SITEMAP}loc")]
    rows = [ET.fromstring((await browser.get(str(address))).text).iter(f"{SITEMAP}url") for address in maps]
    found = {str(row.findtext(f"{SITEMAP}loc")): row.findtext(f"{SITEMAP}lastmod") for part in rows for row in part}

    assert set(places.values()) <= set(found)
    for address, changed_at in found.items():
        page = await browser.get(address)
        assert (page.status_code, canonical(page), "robots" in metas(page)) == (200, address, False)
        assert changed_at


@pytest.mark.parametrize(
    ("app", "path"),
    [
        ("blog", "/sign-in/"),
        ("blog", "/search/?q=tea"),
        ("market", "/search/?q=tea"),
        ("market", "/products/?sort=price"),
        ("events", "/month/2026/11/"),
        ("cart", "/"),
    ],
)
async def test_personal_pages_searches_and_choices_stay_out(house: House, app: str, path: str) -> None:
    page = await house.client().get(house.url(app, path))

    assert metas(page)["robots"] == "noindex"


async def test_a_foreign_host_never_reaches_a_link(house: House, places: dict[str, str]) -> None:
    page = await house.client().get(places["post"], headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=e"})

    assert canonical(page) == places["post"]


async def test_feeds_are_found_from_the_pages_that_they_follow(house: House, places: dict[str, str]) -> None:
    browser = house.client()
    for kind in ("home", "journal", "post", "tag", "author", "whats on"):
        page = await browser.get(places[kind])
        feeds = re.findall(
            r'<link rel="alternate" type="(?:application/rss\+xml|text/calendar)"[^>]+href="([^"]+)"|'
            r'<link rel="alternate" type="text/calendar" href="([^"]+)"',
            page.text,
        )
        assert feeds, kind
        for feed in feeds:
            address = httpx.URL(places[kind]).join(feed[0] or feed[1])
            assert "tea" in (await browser.get(address)).text


async def test_phones_find_a_name_and_icons(house: House) -> None:
    browser = house.client()
    for app in ("blog", "market", "cart", "events"):
        answer = await browser.get(house.url(app, "/manifest.webmanifest"))

        said = answer.json()

        assert answer.headers["Content-Type"].startswith("application/manifest+json")
        for icon in said["icons"]:
            picture = Image.open(BytesIO((await browser.get(house.url(app, icon["src"]))).content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
