from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import Basket, BasketLine
from cart.services import baskets, shelves
from cart.services.baskets import Identity


async def adopt(session: AsyncSession, *, user_id: int, session_id: str) -> None:
    """What a visitor had collected is the member's now. What waits in an order moves too, still waiting."""
    query = select(Basket.id).where(Basket.session_id == session_id).with_for_update()
    visitors = await session.scalar(query)
    if visitors is None:
        return
    members = await baskets.open_basket(session, Identity(user_id=user_id))
    found = await session.scalars(select(BasketLine).where(BasketLine.basket_id == visitors).with_for_update())
    lines = found.all()
    for line in lines:
        if line.locked or line.removed_at is not None:
            line.basket_id = members
    await session.flush()
    await shelves.put_back(session, [line for line in lines if line.basket_id == visitors], basket_id=members)
    await session.execute(delete(Basket).where(Basket.id == visitors))
