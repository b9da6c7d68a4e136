from typing import Any, Self

import pytest
from sqlalchemy import event

from market.models import Product
from shared.db.session import transaction
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import House


class Statements:
    """How often the database was asked while a page was drawn."""

    def __init__(self, house: House) -> None:
        self.engine = house.engine.sync_engine
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.seen.append(statement)


async def shop(count: int = 3) -> list[Product]:
    async with transaction() as session:
        bakery = await a_marketplace(session, name="Mill Bakery", slug="mill-bakery")
        bread = await a_category(session, name="Bread", slug="bread")
        ada = await a_producer(session, name="Ada Miller", slug="ada-miller", place="Ashford Mill")
        return [
            await a_product(
                session,
                marketplace_id=bakery.id,
                category_id=bread.id,
                producer_id=ada.id,
                title=f"Loaf {number:02}",
                slug=f"loaf-{number:02}",
                allergens=["gluten"],
                labels=["organic"],
                description="<p>Baked at night.</p>",
            )
            for number in range(count)
        ]


async def test_a_visitor_finds_marketplaces_shelves_and_products(house: House) -> None:
    await shop()
    browser = house.client()

    front = await browser.get(house.url("market"))
    stall = await browser.get(house.url("market", "/m/mill-bakery/"))
    shelf = await browser.get(house.url("market", "/m/mill-bakery/bread/"))
    product = await browser.get(house.url("market", "/products/loaf-01/"))
    producer = await browser.get(house.url("market", "/producers/ada-miller/"))

    assert "Mill Bakery" in front.text
    assert "3 products" in stall.text
    assert "Loaf 02" in shelf.text
    assert all(word in product.text for word in ("£4.20", "£5.25 per kg", "Gluten", "Organic", "Baked at night."))
    assert '"@type": "Product"' in product.text
    assert "Ashford Mill" in producer.text


@pytest.mark.parametrize(
    "path", ["/m/nobody/", "/m/mill-bakery/nothing/", "/products/none/", "/producers/none/", "/products/?page=9"]
)
async def test_what_is_not_there_is_said_to_be_not_there(house: House, path: str) -> None:
    await shop()

    answer = await house.client().get(house.url("market", path))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/m/mill-bakery/",
        "/m/mill-bakery/bread/",
        "/products/?label=organic",
        "/search/?q=laof",
        "/products/loaf-01/",
        "/producers/ada-miller/",
        "/likes/",
    ],
)
async def test_every_page_asks_the_database_at_most_five_times(house: House, path: str) -> None:
    await shop(30)
    browser = await house.signed_in(await house.member())
    house.stop("cart")

    with Statements(house) as statements:
        answer = await browser.get(house.url("market", path))

    assert answer.status_code == 200
    assert len(statements.seen) <= 5, statements.seen


async def test_choices_work_as_a_plain_form_and_as_a_fragment(house: House) -> None:
    await shop()
    async with transaction() as session:
        await a_product(session, title="Kale", slug="kale", allergens=[])
    browser = house.client()
    address = house.url("market", "/products/?without=gluten&sort=price&category=&producer=")

    whole = await browser.get(address)
    part = await browser.get(address, headers={"HX-Request-Type": "partial"})

    assert "Kale" in whole.text
    assert "Loaf" not in whole.text
    assert part.text.lstrip().startswith('<div id="results"')
    assert "Kale" in part.text


async def test_show_more_is_a_link_that_works_without_a_script(house: House) -> None:
    await shop(30)
    browser = house.client()

    first = await browser.get(house.url("market", "/products/?sort=title"))
    second = await browser.get(house.url("market", "/products/?sort=title&page=2"))
    rest = await browser.get(
        house.url("market", "/products/?sort=title&page=2"), headers={"HX-Request-Type": "partial"}
    )

    assert "Show 6 more" in first.text
    assert "sort=title&amp;page=2" in first.text
    assert "Loaf 29" in second.text
    assert "Previous page" in second.text
    assert "<html" not in rest.text
    assert "Loaf 29" in rest.text


async def test_a_search_with_a_slip_of_the_finger_shows_what_looks_like_it(house: House) -> None:
    async with transaction() as session:
        await a_product(session, title="Sourdough")

    answer = await house.client().get(house.url("market", "/search/?q=sourdogh"))

    assert "Nothing is called “sourdogh”. These look like it:" in answer.text
    assert "Sourdough" in answer.text


async def test_few_left_and_sold_out_are_said(house: House) -> None:
    async with transaction() as session:
        await a_product(session, slug="few", on_hand=5, held=2)
        await a_product(session, slug="gone", on_hand=0)
    browser = house.client()

    few = await browser.get(house.url("market", "/products/few/"))
    gone = await browser.get(house.url("market", "/products/gone/"))

    assert "3 left" in few.text
    assert "Sold out" in gone.text
    assert "Add to basket" not in gone.text


async def test_a_member_likes_a_product_and_finds_it_again(house: House) -> None:
    await shop()
    browser = await house.signed_in(await house.member())

    liked = await browser.post(house.url("market", "/products/loaf-01/like/"))
    again = await browser.post(house.url("market", "/products/loaf-01/like/"))
    listed = await browser.get(house.url("market", "/likes/"))
    removed = await browser.delete(
        house.url("market", "/products/loaf-01/like/"), headers={"HX-Request-Type": "partial"}
    )
    empty = await browser.get(house.url("market", "/likes/"))

    assert "Remove from my favourites" in liked.text
    assert again.status_code == 200
    assert "Loaf 01" in listed.text
    assert "Remember as a favourite" in removed.text
    assert "No favourites yet" in empty.text


async def test_a_visitor_who_likes_is_asked_to_sign_in_first(house: House) -> None:
    await shop()
    browser = house.client()
    browser.follow_redirects = False

    answer = await browser.post(house.url("market", "/products/loaf-01/like/"))

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(house.url("blog", "/sign-in/?next="))


async def test_a_search_that_finds_nothing_says_where_else_to_look(house: House) -> None:
    await shop()
    browser = house.client()

    bare = await browser.get(house.url("market", "/search/?q=zeppelin"))
    shelf = await browser.get(house.url("market", "/m/mill-bakery/bread/?q=zeppelin"))
    chosen = await browser.get(house.url("market", "/search/?q=zeppelin&label=organic"))

    assert "Nothing in the shop is called “zeppelin”" in bare.text
    assert f'href="{house.url("blog", "/search/?q=zeppelin")}"' in bare.text
    assert "Nothing here is called “zeppelin”" in shelf.text
    assert [page for page in (bare, shelf) if "fewer choices" in page.text] == []
    assert "Try fewer choices, or another word." in chosen.text


async def test_a_price_below_a_pound_is_said_in_pence(house: House) -> None:
    async with transaction() as session:
        await a_product(session, slug="eggs", title="Eggs", price=290, measure=6, unit="piece")

    for path in ("/products/", "/products/eggs/"):
        shown = await house.client().get(house.url("market", path))
        assert "pack of 6" in shown.text
        assert "48p each" in shown.text


async def test_who_made_it_is_not_said_on_every_card_of_their_own_page(house: House) -> None:
    await shop()
    browser = house.client()

    everything = await browser.get(house.url("market", "/products/"))
    own = await browser.get(house.url("market", "/producers/ada-miller/"))

    assert '<p class="card-meta">Ada Miller</p>' in everything.text
    assert '<p class="card-meta">Ada Miller</p>' not in own.text
    assert "All producers" not in own.text
