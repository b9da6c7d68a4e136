from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Like, Product
from market.services.offers import ProductNotFound


async def like(session: AsyncSession, user_id: int, slug: str) -> None:
    """Liking twice is liking once. Raises ProductNotFound."""
    product_id = await session.scalar(select(Product.id).where(Product.slug == slug, Product.is_published))
    if product_id is None:
        raise ProductNotFound
    row = insert(Like).values(user_id=user_id, product_id=product_id)
    await session.execute(row.on_conflict_do_nothing())


async def unlike(session: AsyncSession, user_id: int, slug: str) -> None:
    same = exists().where(Product.id == Like.product_id, Product.slug == slug)
    await session.execute(
        delete(Like).where(Like.user_id == user_id, same).execution_options(synchronize_session=False)
    )
