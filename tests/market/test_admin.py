import re

import httpx
import pytest
from sqlalchemy import select

from market.models import Category, Marketplace, Producer, Product
from shared.db.session import get_session, transaction
from tests.factories.market import a_category, a_marketplace, a_producer, a_product
from tests.house import House


async def editor(house: House) -> httpx.AsyncClient:
    return await house.signed_in(await house.member("bob@example.com", name="Bob", admin=True))


def product_form(marketplace: Marketplace, **changes: object) -> dict[str, object]:
    given = {
        "title": "Plum jam",
        "marketplace_id": marketplace.id,
        "price": "£3.80",
        "vat_rate": "0",
        "measure": "340",
        "unit": "g",
        "allergens": ["sulphites"],
        "labels": ["vegan", "no-added-sugar"],
        "description": "From the old tree.\n\n<script>alert(1)</script>Cooked in copper.",
        "is_published": "true",
        "on_hand": "12",
    }
    return given | changes


@pytest.mark.parametrize("kind", ["marketplaces", "categories", "producers"])
async def test_an_editor_makes_changes_and_deletes_what_products_stand_in(house: House, kind: str) -> None:
    model = {"marketplaces": Marketplace, "categories": Category, "producers": Producer}[kind]
    browser = await editor(house)
    here = house.url("market", f"/admin/{kind}/")

    made = await browser.post(here, data={"name": "Long Field"})
    async with get_session(read_only=True) as session:
        row_id = await session.scalar(select(model.id).where(model.slug == "long-field"))
    form = await browser.get(f"{here}{row_id}/")
    changed = await browser.post(f"{here}{row_id}/", data={"name": "Longer Field", "slug": "longer-field"})
    deleted = await browser.post(f"{here}{row_id}/delete/")

    assert "is saved." in made.text
    assert 'value="Long Field"' in form.text
    assert "Longer Field" in changed.text
    assert "is deleted." in deleted.text


async def test_an_address_that_is_taken_is_said_at_its_field(house: House) -> None:
    async with transaction() as session:
        await a_category(session, slug="bread")
    browser = await editor(house)

    answer = await browser.post(
        house.url("market", "/admin/categories/"), data={"name": "Bread again", "slug": "bread", "position": "1"}
    )

    assert answer.status_code == 409
    assert "This address is taken. Choose another one." in answer.text
    assert 'value="Bread again"' in answer.text


async def test_a_marketplace_with_products_in_it_stays(house: House) -> None:
    async with transaction() as session:
        marketplace = await a_marketplace(session)
        await a_product(session, marketplace_id=marketplace.id)
    browser = await editor(house)

    answer = await browser.post(house.url("market", f"/admin/marketplaces/{marketplace.id}/delete/"))

    assert answer.status_code == 409
    assert "Something still stands in it." in answer.text


async def test_an_editor_puts_a_product_on_sale_and_takes_it_off_again(house: House) -> None:
    async with transaction() as session:
        marketplace = await a_marketplace(session)
    browser = await editor(house)

    made = await browser.post(house.url("market", "/admin/products/"), data=product_form(marketplace))
    shown = await browser.get(house.url("market", "/products/plum-jam/"))
    product_id = str(made.url).split("/products/")[1].split("/")[0]
    here = house.url("market", f"/admin/products/{product_id}/")
    counted = await browser.post(f"{here}deliveries/", data={"change": "+20"})
    form = {key: value for key, value in product_form(marketplace, price="4.10").items() if key != "on_hand"}
    changed = await browser.post(here, data=form)
    await browser.post(f"{here}publication/", data={"is_published": "false"})
    gone = await browser.get(house.url("market", "/products/plum-jam/"))
    deleted = await browser.post(f"{here}delete/")

    assert "The product is saved." in made.text
    assert all(word in shown.text for word in ("£3.80", "£11.18 per kg", "Sulphites", "Vegan", "Cooked in copper."))
    assert "<script>alert" not in shown.text
    assert '<strong class="stat-value">32</strong>' in counted.text
    assert 'value="4.10"' in changed.text
    assert gone.status_code == 404
    assert "The product is deleted." in deleted.text


async def test_a_form_with_mistakes_comes_back_as_it_was_with_sentences(house: House) -> None:
    async with transaction() as session:
        marketplace = await a_marketplace(session)
    browser = await editor(house)

    answer = await browser.post(
        house.url("market", "/admin/products/"), data=product_form(marketplace, price="cheap", title="")
    )

    assert answer.status_code == 422
    assert "Enter a name" in answer.text
    assert "must be an amount of money, like 3.50" in answer.text
    assert 'value="cheap"' in answer.text


async def test_what_orders_wait_for_cannot_be_counted_away(house: House) -> None:
    async with transaction() as session:
        product = await a_product(session, on_hand=5, held=4)
    browser = await editor(house)

    answer = await browser.post(house.url("market", f"/admin/products/{product.id}/deliveries/"), data={"change": "-2"})

    async with get_session(read_only=True) as session:
        assert await session.scalar(select(Product.on_hand)) == 5
    assert answer.status_code == 409


@pytest.mark.parametrize("path", ["/admin/", "/admin/products/", "/admin/products/new/", "/admin/marketplaces/"])
async def test_members_without_the_right_and_visitors_stay_outside(house: House, path: str) -> None:
    member = await house.signed_in(await house.member())
    visitor = house.client()
    visitor.follow_redirects = False

    refused = await member.get(house.url("market", path))
    sent_on = await visitor.get(house.url("market", path))

    assert refused.status_code == 403
    assert sent_on.status_code == 303


async def test_a_member_without_the_right_changes_nothing_by_posting(house: House) -> None:
    async with transaction() as session:
        product = await a_product(session)
    member = await house.signed_in(await house.member())

    answers = [
        await member.post(house.url("market", f"/admin/products/{product.id}/{action}"), data={"change": "5"})
        for action in ("", "delete/", "deliveries/", "publication/")
    ]

    assert {answer.status_code for answer in answers} == {403}


async def test_a_marketplace_stays_with_its_page_while_the_blog_is_away(house: House) -> None:
    async with transaction() as session:
        stall = await a_marketplace(session, container_type="page", container_id=7)
    browser = await editor(house)
    house.stop("blog")

    form = await browser.get(house.url("market", f"/admin/marketplaces/{stall.id}/"))

    assert '<option value="7" selected>' in form.text


async def test_a_category_cannot_stand_inside_itself(house: House) -> None:
    browser = await editor(house)
    async with transaction() as session:
        bread = await a_category(session, name="Bread", slug="bread")

    form = {"name": "Bread", "slug": "bread", "parent_id": str(bread.id), "position": "0"}
    answer = await browser.post(house.url("market", f"/admin/categories/{bread.id}/"), data=form)

    assert answer.status_code >= 400
    assert "cannot stand inside itself" in answer.text


async def test_what_runs_out_and_what_is_hidden_have_lists_of_their_own(house: House) -> None:
    async with transaction() as session:
        stall = await a_marketplace(session)
        await a_product(session, title="Apple juice", on_hand=40, marketplace_id=stall.id)
        await a_product(session, title="Plum jam", on_hand=6, held=2, marketplace_id=stall.id)
        await a_product(session, title="Rye loaf", on_hand=3, held=3, marketplace_id=stall.id)
        await a_product(session, title="Honey", on_hand=40, is_published=False, marketplace_id=stall.id)
    browser = await editor(house)

    low = (await browser.get(house.url("market", "/admin/products/?side=low"))).text
    hidden = (await browser.get(house.url("market", "/admin/products/?side=hidden"))).text
    named = (await browser.get(house.url("market", "/admin/products/?side=low&q=plum"))).text

    assert products_in(low) == ["Plum jam", "Rye loaf"]
    assert low.count("Few left") == 1
    assert low.count(">Sold out<") == 1
    assert products_in(hidden) == ["Honey"]
    assert products_in(named) == ["Plum jam"]


def products_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)


async def test_a_list_of_producers_says_how_much_each_has_in_the_shop(house: House) -> None:
    async with transaction() as session:
        mill = await a_producer(session, name="Mill Bakery")
        await a_producer(session, name="New Farm")
        await a_product(session, title="Rye loaf", producer_id=mill.id)
        await a_product(session, title="Wheat loaf", producer_id=mill.id)
    browser = await editor(house)

    page = (await browser.get(house.url("market", "/admin/producers/"))).text

    assert re.findall(r'data-unit="products?">(\d+)<', page) == ["2", "0"]
