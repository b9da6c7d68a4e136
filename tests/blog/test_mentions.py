"""A link to one of our own things that stands alone in a post is a card, with what is true of it now."""

import httpx
import pytest
from redis import Redis

from events.models import Entry
from rose.supervisor.valkey import Valkey
from shared.config import Settings
from shared.db.session import transaction
from tests.factories.blog import a_page, a_post
from tests.factories.events import a_ticket_type, an_entry
from tests.factories.market import a_product
from tests.house import ORIGINS, House

RYE = f"{ORIGINS['market']}/products/rye/"
LOAF = f'<p><a href="{RYE}" rel="noopener nofollow ugc">our rye</a></p>'
BOOKMARK = (
    f'<figure class="kg-card kg-bookmark-card"><a class="kg-bookmark-container" href="{RYE}">'
    '<div class="kg-bookmark-content"><div class="kg-bookmark-title">as it was once</div></div></a></figure>'
)


@pytest.fixture
def settings(settings: Settings, valkey: Valkey) -> Settings:
    with Redis.from_url(valkey.url) as redis:
        redis.flushall()
    return settings.model_copy(update={"redis_url": valkey.url})


async def write(html: str, *, kind: str = "post") -> None:
    """A post, and the two things that it speaks of."""
    async with transaction() as session:
        await (a_post if kind == "post" else a_page)(session, "Bread", html=html, public_html=html)
        await a_product(session, slug="rye", title="Dark rye", price=360)


async def a_concert() -> Entry:
    async with transaction() as session:
        entry = await an_entry(session, title="Late Strings", venue="The Old Dairy")
        await a_ticket_type(session, entry=entry, price=1200)
    return entry


async def read(house: House, path: str = "/bread/") -> httpx.Response:
    return await house.client().get(path)


@pytest.mark.parametrize("kind", ["post", "page"])
@pytest.mark.parametrize("link", [LOAF, BOOKMARK], ids=["paragraph", "bookmark"])
async def test_a_product_is_shown_with_its_price_where_its_link_stands(house: House, link: str, kind: str) -> None:
    await write(f"<p>Before.</p>{link}<p>After.</p>", kind=kind)

    page = (await read(house)).text

    before, _, rest = page.partition("<p>Before.</p>")
    card = rest.partition("<p>After.</p>")[0]
    assert before
    assert "Dark rye" in card
    assert "£3.60" in card
    assert f'href="{ORIGINS["market"]}/products/rye/"' in card
    assert "our rye" not in card
    assert "as it was once" not in card


async def test_a_concert_is_shown_with_its_day_and_price(house: House) -> None:
    entry = await a_concert()
    await write(f'<p><a href="{ORIGINS["events"]}/entries/{entry.id}-what-it-was-called-once/">There</a></p>')

    page = (await read(house)).text

    assert '<div class="kg-bookmark-title">Late Strings</div>' in page
    assert "£12.00" in page
    assert "The Old Dairy" in page
    assert f'href="{ORIGINS["events"]}{entry.path}"' in page


async def test_a_new_price_shows_at_once(house: House) -> None:
    await write(LOAF)
    admin = await house.signed_in(await house.member(admin=True))
    first, kept = await read(house), await read(house)

    form = {"title": "Dark rye", "price": "4.10", "is_published": "1", "measure": "500", "unit": "g", "slug": "rye"}
    changed = await admin.post(f"{ORIGINS['market']}/admin/products/1/", data=form | {"marketplace_id": "1"})
    after = await read(house)

    assert changed.status_code == 200
    assert (kept.headers["X-Cache"], "£3.60" in first.text) == ("hit", True)
    assert "£4.10" in after.text


async def test_the_last_place_that_goes_shows_at_once(house: House) -> None:
    async with transaction() as session:
        entry = await an_entry(session)
        kind = await a_ticket_type(session, entry=entry, price=1200, capacity=1)
    await write(f'<p><a href="{ORIGINS["events"]}{entry.path}">There</a></p>')
    before = (await read(house)).text

    await house.client().post(f"{ORIGINS['events']}{entry.path}basket/", data={f"places-{kind.id}": "1"})
    after = (await read(house)).text

    assert "£12.00" in before
    assert "Sold out" in after


@pytest.mark.parametrize(
    "html",
    [
        f"<p>See {LOAF.removeprefix('<p>')}",
        LOAF.replace("/products/rye/", "/products/gone/"),
        LOAF.replace("/products/rye/", "/"),
        LOAF.replace(ORIGINS["market"], "https://market.example"),
        LOAF.replace(ORIGINS["market"], f"{ORIGINS['market']}.evil.example"),
        f'<p><a href="{ORIGINS["market"]}/products/rye/">a</a> or <a href="https://example.org/">b</a></p>',
    ],
    ids=["in a sentence", "gone", "no thing", "another site", "looks like us", "two links"],
)
async def test_any_other_link_stays_as_it_was_written(house: House, html: str) -> None:
    await write(html)

    page = await read(house)

    assert html in page.text
    assert "Dark rye" not in page.text
    assert page.headers["Cache-Control"] == "no-cache"


async def test_without_the_other_app_the_link_stays_and_the_card_is_there_again_with_it(house: House) -> None:
    await write(LOAF)
    open_door = house.apps["market"].asgi_app
    house.stop("market")

    away = await read(house)
    house.apps["market"].asgi_app = open_door  # type: ignore[method-assign]
    again = await read(house)

    assert LOAF in away.text
    assert away.headers["Cache-Control"] == "no-store"
    assert "Dark rye" in again.text


async def test_all_cards_of_an_app_are_one_question(house: House) -> None:
    async with transaction() as session:
        for number in range(5):
            await a_product(session, slug=f"loaf-{number}", title=f"Loaf {number}")
    await write("".join(LOAF.replace("rye/", f"loaf-{number}/") for number in range(5)))
    asked: list[str] = []
    market, inner = house.apps["market"], house.apps["market"].asgi_app

    async def note(scope: object, receive: object, send: object) -> None:
        asked.append(scope["path"])  # type: ignore[index]
        await inner(scope, receive, send)  # type: ignore[arg-type]

    market.asgi_app = note  # type: ignore[method-assign, assignment]
    page = (await read(house)).text

    assert [f"Loaf {number}" in page for number in range(5)] == [True] * 5
    assert asked == ["/internal/market/cards"]


async def test_what_is_behind_the_gate_is_no_card_for_strangers(house: House) -> None:
    async with transaction() as session:
        await a_product(session, slug="rye", title="Dark rye")
        await a_post(session, "Bread", html=f"<p>Free.</p>{LOAF}", public_html="<p>Free.</p>", visibility="members")
    ann = await house.signed_in(await house.member())

    stranger, member = (await read(house)).text, (await ann.get("/bread/")).text

    assert "Dark rye" not in stranger
    assert "Dark rye" in member


async def test_a_draft_entry_is_no_card(house: House) -> None:
    async with transaction() as session:
        entry = await an_entry(session, title="Secret", status="draft")
    link = f'<p><a href="{ORIGINS["events"]}{entry.path}">There</a></p>'
    await write(link)

    assert link in (await read(house)).text
