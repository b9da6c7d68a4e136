"""What we hold about one person, and forgetting it."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from cart.models import Basket, BasketLine, Order, Refund
from cart.services import receipts, totals
from shared.config import Settings
from shared.db.addresses import ERASED, belongs_to, erasure_key, is_address
from shared.events.payloads.accounts import MemberErased


async def forget(session: AsyncSession, event: MemberErased, *, secret_key: str) -> None:
    """Orders stay, as the law on accounts asks, with their amounts and without a person. Baskets go."""
    theirs = is_address(Order.email, event.address, key=erasure_key(secret_key))
    nobody = {"email": ERASED, "buyer": "", "user_id": None, "session_id": None}
    orders = update(Order).where(belongs_to(Order, event.user_id, theirs)).values(nobody)
    found = await session.scalars(orders.returning(Order.id), execution_options={"synchronize_session": False})
    # Written by staff, about whoever asked for it.
    refunds = update(Refund).where(Refund.order_id.in_(found.all())).values(reason="")
    await session.execute(refunds.execution_options(synchronize_session=False))
    await session.execute(delete(Basket).where(Basket.user_id == event.user_id))


async def describe(session: AsyncSession, settings: Settings, *, user_id: int, email: str) -> dict[str, Any]:
    """Orders with their lines, drafts left out, what was paid back, and what lies in the basket."""
    mine = belongs_to(Order, user_id, Order.email == email.lower())
    query = select(Order).where(mine, Order.status != "draft").options(selectinload(Order.lines)).order_by(Order.id)
    orders = (await session.scalars(query)).all()
    lines = select(BasketLine).join(Basket, Basket.id == BasketLine.basket_id).where(Basket.user_id == user_id)
    basket = (await session.scalars(lines.order_by(BasketLine.id))).all()
    refunds = select(Refund).where(Refund.order_id.in_([order.id for order in orders])).order_by(Refund.id)
    numbers = {order.id: order.number for order in orders}
    return {
        "orders": [receipts.in_full(order, totals.add_up(order.lines), settings) for order in orders],
        "refunds": [
            {
                "order": numbers[refund.order_id],
                "amount": refund.amount,
                "currency": refund.currency,
                "state": refund.state,
                "reason": refund.reason,
                "asked_at": refund.created_at.isoformat(),
            }
            for refund in await session.scalars(refunds)
        ],
        "basket": [{"title": line.title, "detail": line.detail, "quantity": line.quantity} for line in basket],
    }
