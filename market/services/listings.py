"""Shelves: products by filter, in order, a page at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from market.models import Like, Product
from market.services.cards import Card, select_cards, to_card
from market.services.counters import sold_out
from market.services.filters import Filters, closeness, conditions
from shared.db.session import fetch_rows
from shared.errors import NotFound

PER_PAGE = 24
# See Card.path.
PAGE = re.compile(r"/products/([^/]+)/?")
# What is sold out comes last, but where somebody asked for another order.
SORTS: dict[str, tuple[Any, ...]] = {
    "": (sold_out(), Product.created_at.desc(), Product.id.desc()),
    "price": (Product.price, Product.id),
    "-price": (Product.price.desc(), Product.id),
    "title": (Product.title, Product.id),
}


class NoSuchPage(NotFound):
    message = "The list is not that long."


@dataclass(frozen=True)
class Listing:
    cards: Sequence[Card]
    total: int
    filters: Filters

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def first(self) -> int:
        """Which of all the first one of this page is, counted from one."""
        return (self.filters.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.cards) - 1

    @property
    def more(self) -> int:
        """How many come after this page."""
        return max(0, self.total - self.filters.page * PER_PAGE)


async def list_products(session: AsyncSession, filters: Filters, *, viewer_id: int | None = None) -> Listing:
    """When no product has the words as typed, those with words that look like them. Raises NoSuchPage."""
    found = await _list(session, filters, viewer_id)
    if not found.cards and filters.q:
        found = await _list(session, filters.similarly(), viewer_id)
    if not found.cards and filters.page > 1:
        raise NoSuchPage
    return found


async def list_latest(
    session: AsyncSession, *condition: ColumnElement[bool], limit: int, viewer_id: int | None = None
) -> list[Card]:
    query = _latest(limit) if viewer_id is None and not condition else _latest_of(viewer_id, condition, limit)
    return [to_card(row) for row in await fetch_rows(session, query)]


@cache
def _latest(limit: int) -> Select[*tuple[Any, ...]]:
    """Built once: SQLAlchemy then also knows by heart what it compiled it to."""
    return _latest_of(None, (), limit)


def _latest_of(
    viewer_id: int | None, condition: tuple[ColumnElement[bool], ...], limit: int
) -> Select[*tuple[Any, ...]]:
    return select_cards(viewer_id).where(Product.is_published, *condition).order_by(*SORTS[""]).limit(limit)


async def list_neighbours(session: AsyncSession, product_id: int, *, limit: int) -> list[Card]:
    """Others from the same shelf: of the same category in the same marketplace, else of the same marketplace."""
    this = aliased(Product)
    rows = await session.execute(
        select_cards(None)
        .join(this, (this.id == product_id) & (this.marketplace_id == Product.marketplace_id))
        .where(Product.is_published, Product.id != product_id)
        .order_by((Product.category_id == this.category_id).desc().nulls_last(), Product.id)
        .limit(limit)
    )
    return [to_card(row) for row in rows]


async def list_at(session: AsyncSession, paths: Sequence[str]) -> list[Card]:
    """The products whose pages are at these paths; nothing of what is gone."""
    slugs = [found[1] for path in paths if (found := PAGE.fullmatch(path))]
    query = select_cards(None).where(Product.is_published, Product.slug.in_(slugs))
    return [to_card(row) for row in await fetch_rows(session, query)]


async def list_liked(session: AsyncSession, user_id: int, page: int) -> Listing:
    """What a member wants to find again, the latest first, also what is sold out."""
    query = (
        select_cards(user_id)
        .join(Like, Like.product_id == Product.id)
        .where(Like.user_id == user_id, Product.is_published)
        .order_by(Like.created_at.desc(), Product.id)
    )
    filters = Filters(page=page)
    return _listing(await fetch_rows(session, _page(query, filters)), filters)


async def _list(session: AsyncSession, filters: Filters, viewer_id: int | None) -> Listing:
    return _listing(await fetch_rows(session, _listed(filters, viewer_id)), filters)


@lru_cache(256)
def _listed(filters: Filters, viewer_id: int | None) -> Select[*tuple[Any, ...]]:
    """Built once for the same choice, as `_latest` is."""
    order: tuple[Any, ...] = SORTS.get(filters.sort, SORTS[""])
    if filters.q and not filters.sort:
        order = (closeness(filters).desc(), *order)
    return _page(select_cards(viewer_id).where(*conditions(filters)).order_by(*order), filters)


def _page(query: Select[*tuple[Any, ...]], filters: Filters) -> Select[*tuple[Any, ...]]:
    counted = query.add_columns(func.count().over().label("total"))
    return counted.limit(PER_PAGE).offset((filters.page - 1) * PER_PAGE)


def _listing(rows: Sequence[Row[*tuple[Any, ...]]], filters: Filters) -> Listing:
    return Listing([to_card(row) for row in rows], rows[0].total if rows else 0, filters)
