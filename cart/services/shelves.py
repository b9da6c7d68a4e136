"""Putting a line (back) into a basket, where the same product may be already."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import BasketLine


async def put_back(session: AsyncSession, lines: Sequence[BasketLine], *, basket_id: int | None = None) -> None:
    """Into `basket_id`, or where each one came from: no longer removed, no longer part of an order."""
    for line in sorted(lines, key=lambda line: line.id):
        target = basket_id or line.basket_id
        twin = await _find_twin(session, line, target)
        if twin is None:
            line.basket_id, line.order_id, line.removed_at = target, None, None
        else:
            twin.quantity = min(twin.quantity + line.quantity, max(twin.max_quantity, twin.quantity))
            await session.delete(line)
        await session.flush()


async def _find_twin(session: AsyncSession, line: BasketLine, basket_id: int) -> BasketLine | None:
    if line.kind != "product":
        return None
    query = (
        select(BasketLine)
        .where(BasketLine.basket_id == basket_id, BasketLine.item_id == line.item_id, BasketLine.kind == "product")
        .where(BasketLine.order_id.is_(None), BasketLine.removed_at.is_(None), BasketLine.id != line.id)
        .with_for_update()
    )
    twin: BasketLine | None = await session.scalar(query)
    return twin
