"""A product as lists show it: read as columns, never as an entity."""

from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, exists, literal, select
from sqlalchemy.orm import aliased

from market.models import Like, Producer, Product
from market.services import units
from market.services.counters import LOW, left
from market.services.units import UnitPrice


class Card(NamedTuple):
    """`price` in minor units. `stock` is None when there is enough to say nothing about it.

    A tuple, because lists make them by the hundred.
    """

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
    if viewer_id is None:
        return _for_strangers()
    mine = aliased(Like)
    return _select(exists().where(mine.product_id == Product.id, mine.user_id == viewer_id))


@cache
def _for_strangers() -> Select[*tuple[Any, ...]]:
    """Built once: putting it together costs as much as reading ten rows with it."""
    return _select(literal(value=False))


def _select(liked: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
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
        liked.label("liked"),
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
