"""What we hold about one person, and forgetting it."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import Like, Product
from shared.events.payloads.accounts import MemberErased


async def forget(session: AsyncSession, event: MemberErased) -> None:
    await session.execute(delete(Like).where(Like.user_id == event.user_id))


async def describe(session: AsyncSession, *, user_id: int) -> dict[str, Any]:
    query = select(Product.title, Like.created_at).join(Product, Product.id == Like.product_id)
    found = await session.execute(query.where(Like.user_id == user_id).order_by(Like.created_at))
    return {"likes": [{"product": row.title, "since": row.created_at.isoformat()} for row in found]}
