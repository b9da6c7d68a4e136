"""What is not out yet, or not for everyone, shows nothing of itself: every public address of all four apps, with the
words of hidden things in their titles and texts, in search of those words.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from blog.models import SlugRedirect
from market.models import Like
from shared.db.session import transaction
from shared.models import Right, Role
from tests.factories.blog import a_page, a_post, a_tag, an_author, in_days
from tests.factories.events import a_calendar, a_ticket_type, an_entry
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import APPS, House
from tests.security import world

# In the titles and texts of what is hidden; nothing else has these words. Its addresses begin with qz-.
DRAFT, SCHEDULED, GATED, HIDDEN, UNANNOUNCED, SHOWN = "Zqdraft", "Zqlater", "Zqgated", "Zqhidden", "Zqsecret", "Zqshown"
QUERIES = {"/search/": ("?q=walnut", "?q=Zqd"), "/products/": ("", "?q=walnut"), "/posts/": ("", "?page=2")}
OTHER = {"token": ["x"], "payload": ["x"], "signature": ["x"], "name": ["x.webp"]}
WORDS = (DRAFT, SCHEDULED, GATED, HIDDEN, UNANNOUNCED)
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
# Not for what is public: metrics have a key of their own, the styles are for editors.
SKIPPED = ("/static", "/internal", "/admin", "/_components", "/metrics", "/healthz", "/manifest", "/.well-known")


async def plant(house: House) -> dict[str, list[Any]]:
    """The values that stand in addresses: of hidden things, and of what is out beside them."""
    async with transaction() as session:
        public = await a_post(session, f"{SHOWN} walnut", slug="p-shown", feature_image="/media/shown.webp")
        draft = await a_post(session, f"{DRAFT} walnut", slug="qz-draft", words=f"{DRAFT} walnut words", status="draft")
        draft.feature_image, draft.featured = f"/media/{DRAFT}.webp", True
        later = await a_post(
            session, f"{SCHEDULED} walnut", slug="qz-later", words=f"{SCHEDULED} words", published_at=in_days(2)
        )
        gated = await a_post(session, "Minutes of walnut", slug="p-three", gated=f"{GATED} walnut words")
        pages = [
            await a_page(session, f"{DRAFT} page", slug="qz-draft-page", status="draft"),
            await a_page(session, f"{SCHEDULED} page", slug="qz-later-page", published_at=in_days(2)),
        ]
        await a_tag(session, "Nuts", public, draft, later, gated, slug="nuts")
        await an_author(session, "Maud Hartley", public, draft, later, gated)
        session.add(SlugRedirect(slug="p-old", post_id=draft.id))
    blog = [
        "p-shown",
        "qz-draft",
        "qz-later",
        "p-three",
        "qz-draft-page",
        "qz-later-page",
        "p-old",
        "nuts",
        "maud-hartley",
    ]
    found = {"blog": blog, "pages": [page.id for page in pages]}
    return found | await _of_shop(house) | await _of_programme()


async def _of_shop(house: House) -> dict[str, list[Any]]:
    ann = await house.member()
    async with transaction() as session:
        stall, shelf = await a_marketplace(session, slug="stall"), await a_category(session, slug="shelf")
        producer = await a_producer(session, slug="maker")
        where = {"marketplace_id": stall.id, "category_id": shelf.id, "producer_id": producer.id}
        await a_product(session, title=f"{SHOWN} walnut", slug="g-shown", **where)
        words = {"title": f"{HIDDEN} walnut", "description": f"<p>{HIDDEN} words</p>", "is_published": False}
        hidden = await a_product(session, slug="qz-hidden", image_url=f"/media/{HIDDEN}.webp", **words, **where)
        session.add(Like(user_id=ann.id, product_id=hidden.id))
    return {"market": ["g-shown", "qz-hidden", "stall", "maker"], "category": ["shelf"]}


async def _of_programme() -> dict[str, list[Any]]:
    async with transaction() as session:
        calendar = await a_calendar(session, slug="nights")
        shown = await an_entry(session, calendar=calendar, title=f"{SHOWN} walnut", slug="e-shown")
        words = {"title": f"{UNANNOUNCED} walnut", "summary": f"{UNANNOUNCED} words", "venue": f"{UNANNOUNCED} barn"}
        draft = await an_entry(session, calendar=calendar, slug="qz-secret", status="draft", **words)
        await a_ticket_type(session, entry=draft, name=f"{UNANNOUNCED} seat")
        await a_ticket_type(session, entry=shown)
        when = shown.starts_at
    ids, slugs = [shown.id, draft.id], ["e-shown", "qz-secret", "nights"]
    return {"events": slugs, "entry_id": ids, "year": [when.year], "month": [when.month], "cart": ["x"]}


def addresses(house: House, app: str, values: dict[str, list[Any]]) -> Iterator[str]:
    """Every address that a browser may open without a role, with every value that might fit in it."""
    quart = house.apps[app]
    for rule in quart.url_map.iter_rules():
        if rule.rule.startswith(SKIPPED) or "GET" not in (rule.methods or ()):
            continue
        names = sorted(rule.arguments)
        choices = [OTHER.get(name) or values.get(name) or values[app] for name in names]
        for chosen in product(*choices):
            yield world.path_of(rule, dict(zip(names, chosen, strict=True)))


def told(answer: httpx.Response) -> str:
    """Everything in an answer, and the words in the addresses of its pictures for sharing."""
    payloads = re.findall(r"/share/([\w-]+)\.", answer.text)
    words = [json.loads(urlsafe_b64decode(one + "=" * (-len(one) % 4))) for one in payloads]
    return f"{answer.text} {dict(answer.headers)} {words}"


async def look(house: House, browser: httpx.AsyncClient, words: tuple[str, ...]) -> tuple[list[str], set[str]]:
    """Where one of the words was seen; and where something that is out was, so that the walk is one."""
    values, seen, shown = await plant(house), [], set()
    for app in APPS:
        for path in addresses(house, app, values):
            for query in QUERIES.get(path, ("",)):
                answer = await browser.get(house.url(app, path + query), follow_redirects=False)
                text = told(answer)
                seen += [f"{app} {path}{query}: {word}" for word in words if word in text]
                # An address is told by whoever asks for it, and by nobody else.
                seen += [f"{app} {path}: {slug}" for slug in re.findall(r"qz-[a-z-]+", text) if slug not in path]
                shown |= {f"{app} {path}"} if SHOWN in text else set()
    return seen, shown


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.browser.app import limits

    for name in limits.LIMITS:
        monkeypatch.setitem(limits.LIMITS, name, limits.Limit(1_000_000, 3600))


async def test_no_public_address_shows_a_visitor_what_is_not_out(house: House) -> None:
    seen, shown = await look(house, house.client(), WORDS)

    assert seen == []
    assert {name.split()[0] for name in shown} == {"blog", "market", "events"}
    for place in ("blog /rss/", "blog /search/", "blog /tag/nuts/rss/", "market /search/", "events /nights.ics"):
        assert place in shown


async def test_a_member_sees_what_is_for_members_and_nothing_that_is_not_out(house: House) -> None:
    values = {"email": "zoe@example.com", "rights": [Right(Role.TREASURER)]}
    zoe = await house.signed_in(await house.member(**values))

    seen, _ = await look(house, zoe, (DRAFT, SCHEDULED, HIDDEN, UNANNOUNCED))

    assert seen == []
    assert GATED in (await zoe.get("/p-three/")).text


async def test_what_one_liked_before_it_was_hidden_is_not_shown_again(house: House) -> None:
    await plant(house)
    ann = await house.signed_in(await _the_ann(house))

    for path in ("/likes/", "/products/qz-hidden/like/", "/products/qz-hidden/"):
        for headers in ({}, PARTIAL):
            assert HIDDEN not in (await ann.get(house.url("market", path), headers=headers)).text


@pytest.mark.parametrize("path", ["/search/?q=walnut", "/posts/", "/rss/"])
async def test_the_part_of_a_page_that_a_script_asks_for_shows_no_more(house: House, path: str) -> None:
    await plant(house)

    for app in ("blog", "market", "events"):
        answer = await house.client().get(house.url(app, path), headers=PARTIAL, follow_redirects=False)
        assert not re.search("|".join(WORDS), told(answer))


async def _the_ann(house: House) -> Any:
    from blog.services import members
    from shared.db.session import get_session

    async with get_session(read_only=True) as session:
        return await members.get_by_email(session, "ann@example.com")


async def test_a_picture_for_sharing_is_drawn_of_no_words_but_those_we_signed(house: House) -> None:
    """Its words stand in its address: nobody can ask for the picture of a title that they do not know."""
    page = (await house.client().get("/")).text
    address = re.search(r"/share/([\w-]+)\.([\w-]+)\.png", page)
    assert address
    payload, signature = address.groups()

    assert (await house.client().get(f"/share/{payload}.{signature}.png")).status_code == 200
    for other in (f"{payload}A", payload[:-2] + quote("Zz")):
        assert (await house.client().get(f"/share/{other}.{signature}.png")).status_code == 404
