from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Category, Marketplace, Producer, Product
from market.services.cards import Card
from market.services.listings import list_latest
from shared.containers import ContainerType, container_filter
from shared.errors import NotFound
from shared.models import Reach


class MarketplaceNotFound(NotFound):
    message = "There is no such stall."


async def get_marketplace(session: AsyncSession, slug: str) -> Marketplace:
    """Raises MarketplaceNotFound."""
    found: Marketplace | None = await session.scalar(select(Marketplace).where(Marketplace.slug == slug))
    if found is None:
        raise MarketplaceNotFound
    return found


async def require(session: AsyncSession, marketplace_id: int, *, within: Reach) -> None:
    """Raises MarketplaceNotFound, at its field, for one that is not there or belongs to others."""
    query = select(Marketplace.id).where(Marketplace.id == marketplace_id, within.condition(Marketplace))
    if await session.scalar(query) is None:
        raise MarketplaceNotFound(field="marketplace_id")


async def list_within(session: AsyncSession, within: Reach) -> Sequence[Marketplace]:
    query = select(Marketplace).where(within.condition(Marketplace)).order_by(Marketplace.name)
    return (await session.scalars(query)).all()


async def get_shelf(session: AsyncSession, slug: str, category: str) -> tuple[Marketplace, Category]:
    """A marketplace and one of the site's categories, in one query. Raises MarketplaceNotFound."""
    query = select(Marketplace, Category).where(Marketplace.slug == slug, Category.slug == category)
    found = (await session.execute(query.join(Category, literal(value=True)))).one_or_none()
    if found is None:
        raise MarketplaceNotFound
    return found[0], found[1]


async def list_marketplaces(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """Each with how many products it has on sale (`count`) and a drawing (`illustration`): its chief producer’s."""
    drawing = func.coalesce(Producer.illustration, Product.illustration)
    found = await session.execute(
        select(
            Marketplace.id,
            Marketplace.name,
            Marketplace.slug,
            Marketplace.description,
            Marketplace.container_type,
            Marketplace.container_id,
            func.count(Product.id).label("count"),
            func.mode().within_group(drawing).label("illustration"),
        )
        .outerjoin(Product, (Product.marketplace_id == Marketplace.id) & Product.is_published)
        .outerjoin(Producer, Producer.id == Product.producer_id)
        .group_by(Marketplace.id)
        .order_by(Marketplace.name)
    )
    return found.all()


async def list_container_cards(
    session: AsyncSession, container: tuple[ContainerType, int] | None, *, limit: int
) -> list[Card]:
    """The latest products of a page's marketplaces; of all marketplaces without a container."""
    if container is None:
        return await list_latest(session, limit=limit)
    held = select(Marketplace.id).where(container_filter(Marketplace, *container))
    return await list_latest(session, Product.marketplace_id.in_(held), limit=limit)
