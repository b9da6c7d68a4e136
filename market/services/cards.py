"""A product as lists show it: read as columns, never as an entity."""

from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, exists, literal, select
from sqlalchemy.orm import aliased

from market.models import Like, Producer, Product
from market.services import units
from market.services.counters import LOW, left
from market.services.units import UnitPrice

SOLD_OUT = "Sold out"


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
    liked: bool

    @property
    def gone(self) -> bool:
        return self.stock == SOLD_OUT

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
        left(),
        Producer.name.label("producer"),
        liked.label("liked"),
    ).outerjoin(Producer, Producer.id == Product.producer_id)


def to_card(row: Row[Any]) -> Card:
    """Of the columns of `select_cards`, whatever comes after them."""
    return _card(tuple(row[:12]))


# Lists show the same products again and again.
@lru_cache(4096)
def _card(values: tuple[Any, ...]) -> Card:
    number, slug, title, price, currency, measure, unit, image_url, illustration, free, producer, liked = values
    return Card(
        id=number,
        slug=slug,
        title=title,
        price=price,
        currency=currency,
        amount=units.amount(measure, unit),
        per=units.price_per(price, measure, unit),
        image_url=image_url,
        illustration=illustration or "basket",
        producer=producer,
        stock=stock_words(free),
        liked=liked,
    )


def stock_words(free: int | None) -> str | None:
    """What to say of how many are left; nothing while there are enough."""
    if free is None or free > LOW:
        return None
    return f"{free} left" if free > 0 else SOLD_OUT
