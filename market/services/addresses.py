"""Where everything on sale is, for the map of the site."""

from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product

# One map may hold 50,000.
MOST = 49_000


async def list_addresses(session: AsyncSession) -> list[tuple[str, datetime]]:
    """The paths of marketplaces, their shelves, producers and products on sale, and when each last changed."""
    newest, on_sale = func.max(Product.changed_at), Product.is_published
    stall = func.concat("/m/", Marketplace.slug, "/")
    shelf = func.concat("/m/", Marketplace.slug, "/", Category.slug, "/")
    stalls = select(stall, newest).join(Product, Product.marketplace_id == Marketplace.id)
    shelves = stalls.with_only_columns(shelf, newest).join(Category, Category.id == Product.category_id)
    people = select(func.concat("/producers/", Producer.slug, "/"), newest).join(
        Product, Product.producer_id == Producer.id
    )
    products = select(func.concat("/products/", Product.slug, "/"), Product.changed_at)
    query = union_all(
        stalls.where(on_sale).group_by(Marketplace.slug),
        shelves.where(on_sale).group_by(Marketplace.slug, Category.slug),
        people.where(on_sale).group_by(Producer.slug),
        products.where(on_sale),
    )
    return [(path, changed_at) for path, changed_at in await session.execute(query.limit(MOST))]
