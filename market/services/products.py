"""Writing products. The shelf is counted by deliveries and corrections, never by a number typed over it."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Marketplace, Product, StockReservation
from market.services import counters
from market.services.changes import products_changed
from market.services.offers import ProductNotFound
from market.services.rows import SlugTaken
from shared.editor.cleaning import clean_html
from shared.errors import Conflict
from shared.utils import slugify

PER_PAGE = 50


class SoldBefore(Conflict):
    message = "This has been ordered before, so its record is kept. Take it off sale instead."


class OrdersWait(Conflict):
    message = "Orders wait for more of this than is on the shelf. Count a delivery first."


class TooFew(Conflict):
    message = "There are not that many free on the shelf."


async def get_product(session: AsyncSession, product_id: int) -> Product:
    """Also one that is not on sale. Raises ProductNotFound."""
    found = await session.get(Product, product_id)
    if found is None:
        raise ProductNotFound
    return found


async def list_page(session: AsyncSession, *, q: str, page: int) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """For the administration: all of them by title, and how many there are."""
    query = select(
        Product.id,
        Product.title,
        Product.slug,
        Product.price,
        Product.currency,
        Product.on_hand,
        Product.held,
        Product.sold,
        Product.on_demand,
        Product.is_published,
        Marketplace.name.label("marketplace"),
        func.count().over().label("total"),
    ).join(Marketplace, Marketplace.id == Product.marketplace_id)
    if q:
        query = query.where(Product.title.icontains(q, autoescape=True))
    found = await session.execute(
        query.order_by(Product.title, Product.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    rows = found.all()
    return rows, rows[0].total if rows else 0


async def create(session: AsyncSession, values: Mapping[str, Any], *, site_url: str) -> Product:
    """`values` are columns; a missing slug is made from the title. Raises SlugTaken."""
    slug = values.get("slug") or await _free_slug(session, values["title"])
    product = Product(**{**values, "slug": slug, "description": tidy(values.get("description", ""), site_url)})
    session.add(product)
    await _flush(session, product)
    return product


async def update(session: AsyncSession, product: Product, values: Mapping[str, Any], *, site_url: str) -> None:
    """Raises SlugTaken, and OrdersWait when what is made on demand gets a shelf that is too empty."""
    before = product.slug
    for name, value in values.items():
        setattr(product, name, value)
    product.slug = values.get("slug") or before
    product.description = tidy(product.description, site_url)
    await _flush(session, product)
    products_changed(session, [before])


def publish(session: AsyncSession, product: Product, *, on_sale: bool) -> None:
    """Off sale it is on no page and in no new order; what was ordered before stays."""
    product.is_published = on_sale
    products_changed(session, [product.slug])


async def count_delivery(session: AsyncSession, product: Product, change: int) -> None:
    """More came in (+20), or some spoiled (-3). Raises TooFew when orders wait for them."""
    moved = await counters.move(session, [counters.Move(product.id, on_hand=change, need=max(0, -change))])
    if not moved:
        raise TooFew(field="change")


async def destroy(session: AsyncSession, product: Product) -> None:
    """Raises SoldBefore."""
    if await session.scalar(select(exists().where(StockReservation.product_id == product.id))):
        raise SoldBefore
    await session.delete(product)
    products_changed(session, [product.slug])
    await session.flush()


def tidy(text: str, site_url: str) -> str:
    """Plain paragraphs become HTML; HTML is cleaned."""
    if not re.search(r"<(p|ul|ol|h\d|strong|em|a|br)\b", text):
        blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
        text = "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks)
    return clean_html(text, site_url=site_url)


async def _flush(session: AsyncSession, product: Product) -> None:
    slug = product.slug
    try:
        await session.flush()
    except IntegrityError as error:
        await session.rollback()
        if "ck_products_held" in str(error.orig):
            raise OrdersWait(field="on_demand") from error
        raise SlugTaken(field="slug") from error
    products_changed(session, [slug])


async def _free_slug(session: AsyncSession, title: str) -> str:
    base = slugify(title) or "product"
    found = await session.scalars(select(Product.slug).where(Product.slug.startswith(base, autoescape=True)))
    taken = set(found.all())
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)
