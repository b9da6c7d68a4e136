"""What market promises about products to the other apps and to product pages."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product
from market.models.words import spell
from market.services.cards import Card, select_cards, to_card
from shared.errors import Conflict, NotFound

# What one order may have of a product that is made on demand; the same number limits the field in the form.
MOST = 999


class ProductNotFound(NotFound):
    message = "There is no such product. It may have been sold for the last time."


class NotEnough(Conflict):
    message = "There are not that many left."


@dataclass(frozen=True)
class Offer:
    """Everything a product page says, and what the basket is told. `available` counts pieces."""

    card: Card
    description: str
    vat_rate: int
    available: int
    allergens: list[str]
    labels: list[str]
    producer_slug: str | None
    category: str | None
    category_slug: str | None
    marketplace: str
    marketplace_slug: str
    container_type: str
    container_id: int


async def get_offer(session: AsyncSession, slug: str, *, viewer_id: int | None = None) -> Offer:
    """A product on sale. Raises ProductNotFound."""
    found = await _read(session, Product.slug == slug, viewer_id=viewer_id)
    if not found:
        raise ProductNotFound
    return found[0]


async def list_offers(session: AsyncSession, ids: Collection[int]) -> list[Offer]:
    """Those on sale; ids of others are missing from the answer."""
    return await _read(session, Product.id.in_(ids))


def refuse_too_many(offer: Offer, quantity: int) -> None:
    """Raises NotEnough with how many there are."""
    if offer.available <= 0:
        raise NotEnough(f"{offer.card.title} is sold out.", field="quantity")
    if quantity > offer.available:
        raise NotEnough(_how_many(offer.available), field="quantity")


def _how_many(most: int) -> str:
    return f"There are {most}. Choose {most} or fewer." if most > 1 else "There is only one."


async def _read(session: AsyncSession, *condition: ColumnElement[bool], viewer_id: int | None = None) -> list[Offer]:
    query = (
        select_cards(viewer_id)
        .add_columns(
            Product.description,
            Product.vat_rate,
            Product.allergens,
            Product.labels,
            Producer.slug.label("producer_slug"),
            Category.name.label("category"),
            Category.slug.label("category_slug"),
            Marketplace.name.label("marketplace"),
            Marketplace.slug.label("marketplace_slug"),
            Marketplace.container_type,
            Marketplace.container_id,
        )
        .join(Marketplace, Marketplace.id == Product.marketplace_id)
        .outerjoin(Category, Category.id == Product.category_id)
        .where(Product.is_published, *condition)
        .order_by(Product.id)
    )
    return [_to_offer(row) for row in await session.execute(query)]


def _to_offer(row: Any) -> Offer:
    return Offer(
        card=to_card(row),
        description=row.description,
        vat_rate=row.vat_rate,
        available=MOST if row.left is None else max(0, min(row.left, MOST)),
        allergens=[spell(word) for word in row.allergens],
        labels=[spell(word) for word in row.labels],
        producer_slug=row.producer_slug,
        category=row.category,
        category_slug=row.category_slug,
        marketplace=row.marketplace,
        marketplace_slug=row.marketplace_slug,
        container_type=row.container_type,
        container_id=row.container_id,
    )
