from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Marketplace, Product
from rose.importers import products as importer
from rose.importers.products import FileWrong
from rose.importers.summary import Summary
from shared.config import Settings

HEADER = "producer,sku,name,display_name,category,description,units,unit_type,variant_unit_name,price,on_hand,on_demand"
ROWS = """
Long Field,1,Carrots,,Vegetables,Pulled this morning.,500,g,,1.80,40,
Long Field,2,Eggs,,Dairy,,6,,piece,2.40,,1
Long Field,3,Apple juice,Cloudy,Drinks,,1,L,,"3,20",12,
""".strip()

BAD_ROWS = """
Long Field,1,Carrots,,,,500,g,,cheap,40,
Long Field,2,,,,,1,kg,,2,40,
Long Field,3,Leeks,,,,1,stone,,2,-4,
Long Field,4,Kale,,,,1,kg,,2,40,
Long Field,4,Kale again,,,,1,kg,,2,40,
""".strip()


async def bring(path: Path, settings: Settings, marketplace: str | None = None) -> Summary:
    return await importer.run(path, settings, marketplace=marketplace, progress=lambda _done, _total: None)


def a_file(tmp_path: Path, rows: str = ROWS, header: str = HEADER) -> Path:
    path = tmp_path / "products.csv"
    path.write_text(f"{header}\n{rows}\n", "utf-8")
    return path


async def test_products_come_in_with_prices_units_and_stock(
    session: AsyncSession, settings: Settings, tmp_path: Path
) -> None:
    summary = await bring(a_file(tmp_path), settings)

    found = (await session.scalars(select(Product).order_by(Product.sku))).all()
    assert (summary.read, summary.created, summary.refused) == (3, 3, [])
    assert [(row.title, row.price, float(row.measure), row.unit, row.on_hand, row.on_demand) for row in found] == [
        ("Carrots", 180, 500, "g", 40, False),
        ("Eggs", 240, 6, "piece", 0, True),
        ("Apple juice, Cloudy", 320, 1, "l", 12, False),
    ]
    assert found[0].description == "<p>Pulled this morning.</p>"
    assert (await session.scalars(select(Marketplace.name))).all() == ["Long Field"]


async def test_the_same_file_again_changes_nothing_not_even_what_was_sold_meanwhile(
    session: AsyncSession, settings: Settings, tmp_path: Path
) -> None:
    await bring(a_file(tmp_path), settings)
    carrots = (await session.scalars(select(Product).where(Product.sku == "1"))).one()
    carrots.on_hand = 7
    await session.commit()

    again = await bring(a_file(tmp_path), settings)

    await session.refresh(carrots)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 3)
    assert carrots.on_hand == 7


async def test_a_new_price_changes_that_product_alone(
    session: AsyncSession, settings: Settings, tmp_path: Path
) -> None:
    await bring(a_file(tmp_path), settings, "growers")

    again = await bring(a_file(tmp_path, ROWS.replace("1.80", "1.95")), settings, "growers")

    assert (again.changed, again.unchanged) == (1, 2)
    assert await session.scalar(select(Product.price).where(Product.sku == "1")) == 195
    assert (await session.scalars(select(Marketplace.slug))).all() == ["growers"]


async def test_bad_rows_are_refused_with_their_number_and_the_reason(
    session: AsyncSession, settings: Settings, tmp_path: Path
) -> None:
    summary = await bring(a_file(tmp_path, BAD_ROWS), settings)

    assert (summary.read, summary.created) == (5, 1)
    assert [what for what, _ in summary.refused] == ["row 2", "row 3", "row 4", "row 6"]
    assert [why for _, why in summary.refused] == [
        "Price must be an amount of money, like 3.50",
        "Enter name",
        'Unit type must be one of g, kg, t, oz, lb, ml, cl, dl, l, kl or empty, not "stone"; On hand must be 0 or more',
        "SKU 4 of Long Field stands in the file twice",
    ]
    assert await session.scalar(select(func.count()).select_from(Product)) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"producer,sku\nL\xf6ng,1\n", "This file is not UTF-8 text."),
        (b"producer,name\nLong Field,Carrots\n", "missing: sku, price."),
        (b"", "The first line must name the columns"),
    ],
)
async def test_a_file_of_another_kind_is_refused_in_one_sentence(
    session: AsyncSession, settings: Settings, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)

    with pytest.raises(FileWrong, match=sentence):
        await bring(path, settings)
