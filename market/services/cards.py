"""A product as lists show it: read as columns, never as an entity."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, exists, literal, select
from sqlalchemy.orm import aliased

from market.models import Like, Producer, Product
from market.services import units
from market.services.counters import LOW, left
from market.services.units import UnitPrice


@dataclass(frozen=True)
class Card:
    """`price` in minor units. `stock` is None when there is enough to say nothing about it."""

    id: int
    slug: str
    title: str
    price: int
    currency: str
    amount: str
    per: UnitPrice | None
    image_url: str | None
    illustration: str
    producer: str | None
    stock: str | None
    labels: list[str]
    liked: bool

    @property
    def path(self) -> str:
        return f"/products/{self.slug}/"


def select_cards(viewer_id: int | None) -> Select[*tuple[Any, ...]]:
    mine = aliased(Like)
    liked = exists().where(mine.product_id == Product.id, mine.user_id == viewer_id)
    return select(
        Product.id,
        Product.slug,
        Product.title,
        Product.price,
        Product.currency,
        Product.measure,
        Product.unit,
        Product.image_url,
        Product.illustration,
        Product.labels,
        left(),
        Producer.name.label("producer"),
        (literal(value=False) if viewer_id is None else liked).label("liked"),
    ).outerjoin(Producer, Producer.id == Product.producer_id)


def to_card(row: Row[Any]) -> Card:
    return Card(
        id=row.id,
        slug=row.slug,
        title=row.title,
        price=row.price,
        currency=row.currency,
        amount=units.amount(row.measure, row.unit),
        per=units.price_per(row.price, Decimal(row.measure), row.unit),
        image_url=row.image_url,
        illustration=row.illustration or "basket",
        producer=row.producer,
        stock=stock_words(row.left),
        labels=row.labels,
        liked=row.liked,
    )


def stock_words(free: int | None) -> str | None:
    """What to say of how many are left; nothing while there are enough."""
    if free is None or free > LOW:
        return None
    return f"{free} left" if free > 0 else "Sold out"
