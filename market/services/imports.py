"""Products from elsewhere. (source, sku) says which one it is, so that the same file again changes nothing.

Stock is taken over once, when a product is new: afterwards it is ours, and orders may have moved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, count
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product
from market.services.changes import LISTS, product_tag
from market.services.products import tidy
from shared.browser.app.redis_cacher import invalidate
from shared.utils import slugify

Outcome = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True)
class ImportedProduct:
    """`price` in minor units; `measure` counts `unit`."""

    producer: str
    sku: str
    title: str
    category: str
    description: str
    price: int
    measure: Decimal
    unit: str
    on_hand: int
    on_demand: bool

    @property
    def key(self) -> tuple[str, str]:
        return f"import:{slugify(self.producer, limit=60)}", self.sku


@dataclass(frozen=True)
class Terms:
    """What is the same for all rows. Without a marketplace's slug each producer gets one of its own."""

    currency: str
    site_url: str
    marketplace: str | None = None


@dataclass
class Shelves:
    """What is there already, read once; what is missing is made on the way."""

    marketplaces: dict[str, Marketplace] = field(default_factory=dict)
    producers: dict[str, Producer] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    products: dict[tuple[str, str], Product] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)


async def bring(session: AsyncSession, wanted: Sequence[ImportedProduct], terms: Terms) -> list[Outcome]:
    """One outcome a product, in their order."""
    shelves = await _read(session)
    await _make_missing(session, shelves, wanted, terms)
    outcomes = [_save(session, shelves, product, terms) for product in wanted]
    if set(outcomes) != {"unchanged"}:
        slugs = [shelves.products[product.key].slug for product in wanted]
        invalidate(session, LISTS, *map(product_tag, slugs))
    await session.flush()
    return outcomes


async def _read(session: AsyncSession) -> Shelves:
    products = (await session.scalars(select(Product).where(Product.source.startswith("import:")))).all()
    return Shelves(
        marketplaces={row.slug: row for row in await session.scalars(select(Marketplace))},
        producers={row.slug: row for row in await session.scalars(select(Producer))},
        categories={row.slug: row for row in await session.scalars(select(Category))},
        products={(str(row.source), str(row.sku)): row for row in products},
        slugs=set(await session.scalars(select(Product.slug))),
    )


async def _make_missing(
    session: AsyncSession, shelves: Shelves, wanted: Sequence[ImportedProduct], terms: Terms
) -> None:
    for product in wanted:
        maker, shelf = _slug(product.producer), _slug(product.category)
        stall = terms.marketplace or maker
        if stall not in shelves.marketplaces:
            name = terms.marketplace.replace("-", " ").title() if terms.marketplace else product.producer
            shelves.marketplaces[stall] = Marketplace(name=name, slug=stall)
        shelves.producers.setdefault(maker, Producer(name=product.producer, slug=maker))
        if product.category:
            shelves.categories.setdefault(shelf, Category(name=product.category, slug=shelf))
    session.add_all([*shelves.marketplaces.values(), *shelves.producers.values(), *shelves.categories.values()])
    await session.flush()


def _save(session: AsyncSession, shelves: Shelves, wanted: ImportedProduct, terms: Terms) -> Outcome:
    values = _columns(shelves, wanted, terms)
    product = shelves.products.get(wanted.key)
    if product is None:
        shelves.products[wanted.key] = product = _new(shelves, wanted, values)
        session.add(product)
        return "created"
    differing = {name: value for name, value in values.items() if getattr(product, name) != value}
    for name, value in differing.items():
        setattr(product, name, value)
    return "changed" if differing else "unchanged"


def _columns(shelves: Shelves, wanted: ImportedProduct, terms: Terms) -> dict[str, object]:
    maker, shelf = _slug(wanted.producer), shelves.categories.get(_slug(wanted.category))
    return {
        "marketplace_id": shelves.marketplaces[terms.marketplace or maker].id,
        "producer_id": shelves.producers[maker].id,
        "category_id": shelf.id if shelf and wanted.category else None,
        "title": wanted.title,
        "description": tidy(wanted.description, terms.site_url),
        "price": wanted.price,
        "currency": terms.currency,
        "measure": wanted.measure,
        "unit": wanted.unit,
    }


def _new(shelves: Shelves, wanted: ImportedProduct, values: dict[str, object]) -> Product:
    base = slugify(wanted.title) or "product"
    candidates = chain([base], (f"{base}-{number}" for number in count(2)))
    slug = next(slug for slug in candidates if slug not in shelves.slugs)
    shelves.slugs.add(slug)
    source, sku = wanted.key
    stock = {"on_hand": wanted.on_hand, "on_demand": wanted.on_demand, "is_published": True}
    return Product(**values, **stock, slug=slug, source=source, sku=sku)


def _slug(name: str) -> str:
    return slugify(name) or "others"
