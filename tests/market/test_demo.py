from sqlalchemy import func, select

from market.models import Marketplace, Product
from market.models.words import ALLERGENS, LABELS
from market.services import marketplaces
from rose.demo import market as demo
from shared.db.session import get_session, transaction
from shared.drawings import NAMES
from shared.models import KeyValue
from tests.house import House


async def test_the_demo_fills_two_marketplaces_on_their_pages(house: House) -> None:
    async with transaction() as session:
        session.add(KeyValue(key="demo.pages", value={"mill-bakery": 3, "long-field-growers": 4}))
        await session.flush()
        await demo.load(session, house.settings)

    front = await house.client().get(house.url("market", "/"))
    async with get_session(read_only=True) as session:
        on_pages = (await session.scalars(select(Marketplace.container_id).order_by(Marketplace.slug))).all()
        labels = set(await session.scalars(select(func.unnest(Product.labels))))
        allergens = set(await session.scalars(select(func.unnest(Product.allergens))))

    assert on_pages == [4, 3]
    assert labels <= set(LABELS)
    assert allergens <= set(ALLERGENS)
    assert "Mill Bakery" in front.text
    assert "Long Field Growers" in front.text


async def test_every_product_of_the_demo_has_its_own_drawing(house: House) -> None:
    async with transaction() as session:
        await demo.load(session, house.settings)

    async with get_session(read_only=True) as session:
        drawings = (await session.scalars(select(Product.illustration))).all()

    assert len(set(drawings)) == len(drawings)
    assert set(drawings) <= set(NAMES)


async def test_a_marketplace_has_the_drawing_of_whoever_makes_most_of_what_it_sells(house: House) -> None:
    async with transaction() as session:
        await demo.load(session, house.settings)

    async with get_session(read_only=True) as session:
        found = {row.slug: row.illustration for row in await marketplaces.list_marketplaces(session)}

    assert found == {"mill-bakery": "bread", "long-field-growers": "carrot"}
