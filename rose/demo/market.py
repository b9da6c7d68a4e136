"""Two marketplaces on the demo's pages: the mill's bakery, and the growers with their neighbours."""

from datetime import timedelta
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product
from market.services import products
from shared.config import Settings
from shared.containers import ContainerType
from shared.models import KeyValue
from shared.utils import host_url, slugify, utcnow

GOODS = Path(__file__).with_suffix(".yaml")
UNITS = {"pieces": "piece", "litre": "l"}


async def load(session: AsyncSession, settings: Settings) -> None:
    goods: dict[str, list[dict[str, Any]]] = yaml.safe_load(_text())
    pages = await session.scalar(select(KeyValue.value).where(KeyValue.key == "demo.pages")) or {}
    shelves = await _make_shelves(session, goods["shelves"])
    producers = {row["slug"]: Producer(**row) for row in goods["producers"]}
    session.add_all(producers.values())
    made: list[Product] = []
    for row in goods["marketplaces"]:
        listed = row.pop("products")
        stall = Marketplace(**row, **_container(pages.get(row["slug"])))
        session.add(stall)
        await session.flush()
        made += [
            Product(
                marketplace_id=stall.id,
                category_id=shelves[good["shelf"]].id,
                producer_id=producers[good["producer"]].id,
                currency=settings.site.currency,
                **_columns(good, site_url=host_url(settings, "blog")),
            )
            for good in listed
        ]
    for hours, product in enumerate(_in_turn(made)):
        product.created_at = utcnow() - timedelta(hours=hours)
    session.add_all(made)
    await session.flush()


def _in_turn(made: list[Product]) -> list[Product]:
    """One of each maker after the other, so that what is newest is not all bread."""
    by_maker: dict[int | None, list[Product]] = {}
    for product in made:
        by_maker.setdefault(product.producer_id, []).append(product)
    rounds = zip_longest(*by_maker.values())
    return [product for turn in rounds for product in turn if product is not None]


def _text() -> str:
    return GOODS.read_text("utf-8")


def _container(page_id: int | None) -> dict[str, Any]:
    return {"container_type": ContainerType.PAGE, "container_id": page_id} if page_id else {}


async def _make_shelves(session: AsyncSession, rows: list[dict[str, Any]]) -> dict[str, Category]:
    """The outer ones stand before those inside them."""
    made: dict[str, Category] = {}
    for position, row in enumerate(rows):
        around = made[row["inside"]].id if "inside" in row else None
        made[row["slug"]] = Category(name=row["name"], slug=row["slug"], position=position, parent_id=around)
        session.add(made[row["slug"]])
        await session.flush()
    return made


def _columns(good: dict[str, Any], *, site_url: str) -> dict[str, Any]:
    measure, unit = good["amount"].split()
    kept = ("title", "price", "illustration", "labels", "allergens", "on_hand", "on_demand", "vat_rate")
    return {
        **{name: good[name] for name in kept if name in good},
        "slug": slugify(good["title"]),
        "description": products.tidy(good["text"], site_url),
        "measure": Decimal(measure),
        "unit": UNITS.get(unit, unit),
        "is_published": True,
    }
