from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from market.services import units
from market.services.facets import Choice, count_facets
from market.services.filters import Filters
from market.services.listings import Listing, list_products
from tests.factories.market import a_category, a_producer, a_product


def titles(listing: Listing) -> list[str]:
    return [card.title for card in listing.cards]


async def test_a_word_in_another_form_finds_the_product(session: AsyncSession) -> None:
    await a_product(session, title="Carrots in a bunch")
    await a_product(session, title="Gruyère")

    assert titles(await list_products(session, Filters(q="carrot"))) == ["Carrots in a bunch"]
    assert titles(await list_products(session, Filters(q="gruyere"))) == ["Gruyère"]


async def test_a_typing_mistake_finds_what_looks_like_it_and_says_so(session: AsyncSession) -> None:
    await a_product(session, title="Sourdough loaf")
    await a_product(session, title="Goat's cheese")

    found = await list_products(session, Filters(q="sourdogh"))

    assert titles(found) == ["Sourdough loaf"]
    assert found.filters.similar


async def test_what_is_not_published_is_on_no_shelf(session: AsyncSession) -> None:
    await a_product(session, is_published=False)

    assert titles(await list_products(session, Filters())) == []


async def test_products_stand_in_the_order_of_their_price(session: AsyncSession) -> None:
    for title, price in (("Leeks", 240), ("Onions", 120), ("Squash", 380)):
        await a_product(session, title=title, price=price)

    assert titles(await list_products(session, Filters(sort="price"))) == ["Onions", "Leeks", "Squash"]
    assert titles(await list_products(session, Filters(sort="-price"))) == ["Squash", "Leeks", "Onions"]


async def test_choices_say_how_many_products_they_leave(session: AsyncSession) -> None:
    bakery = await a_category(session, name="Bakery", slug="bakery")
    bread = await a_category(session, name="Bread", slug="bread", parent_id=bakery.id)
    await a_category(session, name="Empty", slug="empty")
    ada = await a_producer(session, name="Ada", slug="ada")
    bea = await a_producer(session, name="Bea", slug="bea")
    await a_product(session, category_id=bread.id, producer_id=ada.id, labels=["vegan"], allergens=["gluten"])
    await a_product(session, category_id=bread.id, producer_id=bea.id, labels=["vegan", "organic"])
    await a_product(session, category_id=bakery.id, producer_id=bea.id, allergens=["gluten", "milk"])

    everything = await count_facets(session, Filters())
    by_bea = await count_facets(session, Filters(producer="bea"))

    assert everything.category == [Choice("bakery", "Bakery", 3), Choice("bread", "Bread", 2, depth=1)]
    assert everything.producer == [Choice("bea", "Bea", 2), Choice("ada", "Ada", 1)]
    assert everything.label == [
        Choice("vegan", "Vegan", 2),
        Choice("vegetarian", "Vegetarian", 2),
        Choice("organic", "Organic", 1),
    ]
    assert everything.without == [Choice("milk", "Milk", 2), Choice("gluten", "Gluten", 1)]
    assert by_bea.category == [Choice("bakery", "Bakery", 2), Choice("bread", "Bread", 1, depth=1)]
    assert by_bea.producer == everything.producer


async def test_choosing_leaves_exactly_as_many_as_were_counted(session: AsyncSession) -> None:
    bakery = await a_category(session, slug="bakery")
    bread = await a_category(session, slug="bread", parent_id=bakery.id)
    await a_product(session, title="Rye", category_id=bread.id, allergens=["gluten"], labels=["vegan"])
    await a_product(session, title="Flan", category_id=bakery.id, allergens=["milk"])
    await a_product(session, title="Kale", labels=["vegan"])

    assert titles(await list_products(session, Filters(category="bakery", sort="title"))) == ["Flan", "Rye"]
    assert titles(await list_products(session, Filters(labels=("vegan",), sort="title"))) == ["Kale", "Rye"]
    assert titles(await list_products(session, Filters(without=("milk", "gluten")))) == ["Kale"]
    chosen = await count_facets(session, Filters(without=("gluten",)))
    assert chosen.without == [Choice("gluten", "Gluten", 2), Choice("milk", "Milk", 1)]


async def test_prices_can_be_compared_by_the_kilogram(session: AsyncSession) -> None:
    await a_product(session, title="Rye loaf", price=420, measure=800, unit="g")
    await a_product(session, title="Eggs", price=240, measure=6, unit="piece")
    await a_product(session, title="Potatoes", price=190, measure=1, unit="kg")

    cards = (await list_products(session, Filters(sort="title"))).cards

    assert [(card.amount, card.per) for card in cards] == [
        ("pack of 6", (40, "each")),
        ("1 kg", None),
        ("800 g", (525, "per kg")),
    ]


async def test_a_long_shelf_comes_in_pages(session: AsyncSession) -> None:
    for number in range(30):
        await a_product(session, title=f"Jam {number:02}")

    first = await list_products(session, Filters(sort="title"))
    second = await list_products(session, Filters(sort="title", page=2))

    assert (first.pages, first.more, len(first.cards)) == (2, 6, 24)
    assert (second.more, titles(second)[-1]) == (0, "Jam 29")


async def test_what_is_vegan_is_found_by_those_who_are_vegetarian(session: AsyncSession) -> None:
    await a_product(session, title="Rye", labels=["vegan"])
    await a_product(session, title="Cheddar", labels=["vegetarian"])
    await a_product(session, title="Kale", labels=["vegan", "vegetarian"])
    await a_product(session, title="Ham")

    found = await list_products(session, Filters(labels=("vegetarian",), sort="title"))
    facets = await count_facets(session, Filters())

    assert titles(found) == ["Cheddar", "Kale", "Rye"]
    assert titles(await list_products(session, Filters(labels=("vegan",), sort="title"))) == ["Kale", "Rye"]
    assert facets.label == [Choice("vegetarian", "Vegetarian", 3), Choice("vegan", "Vegan", 2)]


async def test_a_product_is_found_by_its_shelves_its_maker_and_its_labels(session: AsyncSession) -> None:
    bakery = await a_category(session, name="Bakery", slug="bakery")
    bread = await a_category(session, name="Bread", slug="bread", parent_id=bakery.id)
    ada = await a_producer(session, name="Ada Miller")
    await a_product(session, title="Dark rye", category_id=bread.id, producer_id=ada.id, labels=["vegan"])
    await a_product(session, title="Bread knife")

    for words in ("bakery", "miller", "vegan bread", "vegetarian loaves OR rye"):
        assert titles(await list_products(session, Filters(q=words))) == ["Dark rye"], words
    assert titles(await list_products(session, Filters(q="bread"))) == ["Bread knife", "Dark rye"]


async def test_a_renamed_shelf_or_maker_is_found_by_its_new_name_only(session: AsyncSession) -> None:
    bakery = await a_category(session, name="Bakery", slug="bakery")
    bread = await a_category(session, name="Bread", slug="bread", parent_id=bakery.id)
    ada = await a_producer(session, name="Ada Miller")
    await a_product(session, title="Dark rye", category_id=bread.id, producer_id=ada.id)

    bakery.name, ada.name = "Oven", "Bea Baxter"
    await session.flush()

    for words in ("oven", "baxter", "bread"):
        assert titles(await list_products(session, Filters(q=words))) == ["Dark rye"], words
    assert titles(await list_products(session, Filters(q="bakery"))) == []
    assert titles(await list_products(session, Filters(q="miller"))) == []


async def test_what_is_sold_out_comes_last_unless_another_order_is_asked_for(session: AsyncSession) -> None:
    await a_product(session, title="Leeks", price=240)
    await a_product(session, title="Parsnips", price=120, on_hand=3, held=3)
    await a_product(session, title="Cake", price=900, on_hand=0, on_demand=True)

    assert titles(await list_products(session, Filters())) == ["Cake", "Leeks", "Parsnips"]
    assert titles(await list_products(session, Filters(sort="price"))) == ["Parsnips", "Leeks", "Cake"]


@pytest.mark.parametrize(
    ("measure", "unit", "words", "per"),
    [
        ("1", "l", "1 litre", None),
        ("1.5", "l", "1.5 litres", (200, "per litre")),
        ("750", "ml", "750 ml", (400, "per litre")),
        ("1", "piece", "", None),
        ("6", "piece", "pack of 6", (50, "each")),
        ("1", "cake", "1 whole cake", None),
    ],
)
def test_amounts_are_said_as_people_say_them(measure: str, unit: str, words: str, per: tuple[int, str] | None) -> None:
    assert units.amount(Decimal(measure), unit) == words
    assert units.price_per(300, Decimal(measure), unit) == per
