from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import BasketLine, Order, OrderLine, Payment
from cart.models.snapshot import Snapshot
from cart.services import baskets
from cart.services.baskets import Identity, NewLine
from shared.db.session import transaction
from shared.utils import random_token, utcnow

_numbers = count(90_000)

ANN = Identity(session_id="ann")


def a_line(**changes: Any) -> NewLine:
    """Two loaves, as market would send them."""
    defaults = {
        "kind": "product",
        "item_id": 1,
        "title": "Rye loaf",
        "unit_price": 420,
        "currency": "GBP",
        "vat_rate": 0,
        "quantity": 2,
        "max_quantity": 10,
        "url": "http://localhost:8001/products/rye-loaf/",
    }
    return NewLine.model_validate(defaults | changes)


def a_ticket_line(**changes: Any) -> NewLine:
    """Two places in the hall, held for a quarter of an hour."""
    defaults = {
        "kind": "ticket",
        "item_id": 7,
        "title": "Barn concert",
        "unit_price": 1200,
        "vat_rate": 2000,
        "hold_id": random_token(),
        "hold_until": utcnow() + timedelta(minutes=15),
        "url": "http://localhost:8003/entries/barn-concert/",
    }
    return a_line(**(defaults | changes))


async def in_basket(*lines: NewLine, of: Identity = ANN) -> None:
    async with transaction() as session:
        for line in lines:
            await baskets.add(session, of, line, currency="GBP")


async def a_placed_order(*lines: NewLine, of: Identity = ANN, **changes: Any) -> Order:
    """Everything is set aside for it, and its first payment has a reference; SumUp has not heard of it."""
    await in_basket(*(lines or [a_line()]), of=of)
    async with transaction() as session:
        found = [line for line in await baskets.list_lines(session, of) if not line.locked]
        return await _place(session, found, changes)


async def _place(session: AsyncSession, found: list[BasketLine], changes: Mapping[str, Any]) -> Order:
    token = random_token()
    defaults = {
        "token": token,
        "number": f"RA-2026-{next(_numbers):05d}",
        "status": "placed",
        "email": "ann@example.com",
        "buyer": "Ann",
        "currency": "GBP",
        "total": sum(line.total for line in found),
        "idempotency_key": random_token(),
        "pay_until": utcnow() + timedelta(minutes=30),
    }
    names = Snapshot.__annotations__
    copied = [OrderLine(basket_line_id=line.id, **{name: getattr(line, name) for name in names}) for line in found]
    order = Order(**(defaults | changes), lines=copied)
    session.add(order)
    await session.flush()
    for line in found:
        line.order_id = order.id
    session.add(
        Payment(order_id=order.id, attempt=1, reference=f"{token}-1", amount=order.total, currency=order.currency)
    )
    return order
