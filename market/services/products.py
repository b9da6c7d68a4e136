"""Writing products. The shelf is counted by deliveries and corrections, never by a number typed over it."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sqlalchemy import Row, and_, exists, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Marketplace, Product, StockReservation
from market.services import counters, marketplaces
from market.services.changes import products_changed
from market.services.offers import ProductNotFound
from market.services.rows import SlugTaken
from shared.audit import audit
from shared.editor.cleaning import clean_html
from shared.errors import Conflict
from shared.models import Reach
from shared.utils import slugify

PER_PAGE = 25
# So many free ones are few.
LOW = 5
FREE = Product.on_hand - Product.held
SIDES = {
    "low": and_(Product.on_demand.is_(False), FREE <= LOW),
    "hidden": Product.is_published.is_(False),
}


class SoldBefore(Conflict):
    message = "This has been ordered before, so its record is kept. Take it out of the shop instead."


class OrdersWait(Conflict):
    message = "Orders wait for more of this than is on the shelf. Count a delivery first."


class TooFew(Conflict):
    message = "There are not that many free on the shelf."


async def get_product(session: AsyncSession, product_id: int, *, within: Reach) -> Product:
    """Also one that is not on sale. Raises ProductNotFound, also for one of a marketplace beyond `within`."""
    query = select(Product).join(Marketplace, Marketplace.id == Product.marketplace_id)
    found: Product | None = await session.scalar(query.where(Product.id == product_id, within.condition(Marketplace)))
    if found is None:
        raise ProductNotFound
    return found


async def list_page(
    session: AsyncSession, *, q: str, side: str, page: int, within: Reach
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """For the administration: by title, and how many there are. `side` is one of SIDES, or anything else for all."""
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
        FREE.label("free"),
        Marketplace.name.label("marketplace"),
        func.count().over().label("total"),
    ).join(Marketplace, Marketplace.id == Product.marketplace_id)
    query = query.where(within.condition(Marketplace), SIDES.get(side, true()))
    if q:
        query = query.where(Product.title.icontains(q, autoescape=True))
    found = await session.execute(
        query.order_by(Product.title, Product.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    rows = found.all()
    return rows, rows[0].total if rows else 0


async def create(session: AsyncSession, values: Mapping[str, Any], *, site_url: str, within: Reach) -> Product:
    """`values` are columns; a missing slug is made from the title. Raises SlugTaken and MarketplaceNotFound."""
    await marketplaces.require(session, values["marketplace_id"], within=within)
    slug = values.get("slug") or await _free_slug(session, values["title"])
    product = Product(**{**values, "slug": slug, "description": tidy(values.get("description", ""), site_url)})
    session.add(product)
    await _flush(session, product)
    audit(session, "product.created", f"product:{product.id}", price=product.price)
    return product


async def update(
    session: AsyncSession, product: Product, values: Mapping[str, Any], *, site_url: str, within: Reach
) -> None:
    """Raises SlugTaken, MarketplaceNotFound, and OrdersWait when what is made on demand gets too empty a shelf."""
    await marketplaces.require(session, values["marketplace_id"], within=within)
    before, price = product.slug, product.price
    for name, value in values.items():
        setattr(product, name, value)
    product.slug = values.get("slug") or before
    product.description = tidy(product.description, site_url)
    await _flush(session, product)
    products_changed(session, [before])
    if product.price != price:
        audit(session, "product.repriced", f"product:{product.id}", before=price, price=product.price)
    else:
        audit(session, "product.changed", f"product:{product.id}")


def publish(session: AsyncSession, product: Product, *, on_sale: bool) -> None:
    """Off sale it is on no page and in no new order; what was ordered before stays."""
    product.is_published = on_sale
    audit(session, "product.published" if on_sale else "product.withdrawn", f"product:{product.id}")
    products_changed(session, [product.slug])


async def count_delivery(session: AsyncSession, product: Product, change: int) -> None:
    """More came in (+20), or some spoiled (-3). Raises TooFew when orders wait for them."""
    moved = await counters.move(session, [counters.Move(product.id, on_hand=change, need=max(0, -change))])
    if not moved:
        raise TooFew(field="change")
    audit(session, "stock.counted", f"product:{product.id}", change=change)


async def destroy(session: AsyncSession, product: Product) -> None:
    """Raises SoldBefore."""
    if await session.scalar(select(exists().where(StockReservation.product_id == product.id))):
        raise SoldBefore
    await session.delete(product)
    audit(session, "product.removed", f"product:{product.id}")
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
