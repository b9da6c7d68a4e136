"""Shelves: products by filter, in order, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from market.models import Like, Product
from market.services.cards import Card, select_cards, to_card
from market.services.filters import Filters, closeness, conditions
from shared.errors import NotFound

PER_PAGE = 24
SORTS: dict[str, tuple[Any, ...]] = {
    "": (Product.created_at.desc(), Product.id.desc()),
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
    newest = select_cards(viewer_id).where(Product.is_published, *condition)
    rows = await session.execute(newest.order_by(*SORTS[""]).limit(limit))
    return [to_card(row) for row in rows]


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


async def list_liked(session: AsyncSession, user_id: int, page: int) -> Listing:
    """What a member wants to find again, the latest first, also what is sold out."""
    query = (
        select_cards(user_id)
        .join(Like, Like.product_id == Product.id)
        .where(Like.user_id == user_id, Product.is_published)
        .order_by(Like.created_at.desc(), Product.id)
    )
    return await _page(session, query, Filters(page=page))


async def _list(session: AsyncSession, filters: Filters, viewer_id: int | None) -> Listing:
    order: tuple[Any, ...] = SORTS.get(filters.sort, SORTS[""])
    if filters.q and not filters.sort:
        order = (closeness(filters).desc(), *order)
    query = select_cards(viewer_id).where(*conditions(filters)).order_by(*order)
    return await _page(session, query, filters)


async def _page(session: AsyncSession, query: Any, filters: Filters) -> Listing:
    counted = query.add_columns(func.count().over().label("total"))
    rows = (await session.execute(counted.limit(PER_PAGE).offset((filters.page - 1) * PER_PAGE))).all()
    return Listing([to_card(row) for row in rows], rows[0].total if rows else 0, filters)
