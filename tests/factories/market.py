from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product


async def a_marketplace(session: AsyncSession, **changes: Any) -> Marketplace:
    marketplace = Marketplace(**({"name": "Mill Bakery", "slug": f"mill-bakery-{uuid4().hex[:6]}"} | changes))
    session.add(marketplace)
    await session.flush()
    return marketplace


async def a_category(session: AsyncSession, **changes: Any) -> Category:
    category = Category(**({"name": "Bread", "slug": f"bread-{uuid4().hex[:6]}"} | changes))
    session.add(category)
    await session.flush()
    return category


async def a_producer(session: AsyncSession, **changes: Any) -> Producer:
    producer = Producer(**({"name": "Ada Miller", "slug": f"ada-miller-{uuid4().hex[:6]}"} | changes))
    session.add(producer)
    await session.flush()
    return producer


async def a_product(session: AsyncSession, **changes: Any) -> Product:
    """On sale, ten on the shelf; in a marketplace of its own unless one is given."""
    if "marketplace_id" not in changes:
        changes["marketplace_id"] = (await a_marketplace(session)).id
    defaults = {
        "title": "Rye loaf",
        "slug": f"rye-loaf-{uuid4().hex[:6]}",
        "price": 420,
        "currency": "GBP",
        "measure": Decimal(800),
        "unit": "g",
        "on_hand": 10,
        "is_published": True,
    }
    product = Product(**(defaults | changes))
    session.add(product)
    await session.flush()
    return product
