"""From a basket to an order that waits for its payment. Every step may be the last one before a crash:

1. a draft takes the lines (one transaction), 2. market and events set aside what it needs, 3. it is placed
together with its payment's reference (one transaction). A draft that was left lying is discarded by the settler.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import Basket, BasketLine, Order, OrderLine, Payment
from cart.models.order import ORDER_NUMBERS
from cart.models.snapshot import Snapshot
from cart.services import baskets, orders, releases, reservations, settlements, totals
from cart.services.baskets import Identity
from cart.services.lines import HoldOver
from cart.services.reservations import PriceChanged, PromiseBroken
from shared.db.session import get_session, transaction
from shared.errors import Conflict, Unavailable
from shared.utils import random_token, utcnow

# Longer than the calls to market and events can take together.
DRAFT = timedelta(minutes=2)
PATIENCE_SECONDS = 4.0


class EmptyBasket(Conflict):
    message = "There is nothing in your basket to order."


class StillPlacing(Unavailable):
    message = "Your order is still being placed. Please look at your basket again in a moment."


@dataclass(frozen=True)
class Wish:
    """What the checkout page sends. `total` is what the buyer saw there; `key` makes the same page one order."""

    name: str
    email: str
    total: int
    key: str
    currency: str
    payment_minutes: int


async def place(identity: Identity, wish: Wish) -> Order:
    """The order of this page, however often it is sent. Raises what market and events refuse, and PriceChanged."""
    order = await _draft(identity, wish)
    if order is None:
        return await _of_key(wish.key)
    if order.status != "draft":
        return order
    until = utcnow() + timedelta(minutes=wish.payment_minutes)
    try:
        await reservations.reserve_goods(order, until)
        await reservations.reserve_places(order, until)
    except PromiseBroken as broken:
        await releases.discard(order.id, tickets_bound=broken.tickets_bound)
        await _show_change(broken)
        raise PriceChanged from broken
    except Exception:
        await releases.discard(order.id)
        raise
    return await _place(order, until)


async def _draft(identity: Identity, wish: Wish) -> Order | None:
    """None when this page has been sent before; the waiting order when all there is waits in it already."""
    async with transaction() as session:
        order = await _open(session, identity, wish)
        if order is None:
            return None
        lines = await _lock_lines(session, identity)
        if not lines:
            waiting = await _find_waiting(session, identity)
            await session.delete(order)
            if waiting is None:
                raise EmptyBasket
            return waiting
        _refuse_surprises(lines, wish)
        order.total = wish.total
        order.lines = [_promise(line) for line in lines]
        for line in lines:
            line.order_id = order.id
        return order


async def _open(session: AsyncSession, identity: Identity, wish: Wish) -> Order | None:
    number = await session.scalar(ORDER_NUMBERS)
    values = {
        "token": random_token(),
        "number": f"RA-{utcnow().year}-{number:05d}",
        "email": wish.email,
        "buyer": wish.name,
        "user_id": identity.user_id,
        "session_id": identity.session_id,
        "currency": wish.currency,
        "total": 0,
        "status": "draft",
        "idempotency_key": wish.key,
        "pay_until": utcnow() + DRAFT,
    }
    opening = insert(Order).values(values).on_conflict_do_nothing(index_elements=["idempotency_key"])
    order_id = await session.scalar(opening.returning(Order.id))
    return await orders.lock(session, order_id) if order_id else None


async def _lock_lines(session: AsyncSession, identity: Identity) -> Sequence[BasketLine]:
    query = (
        select(BasketLine)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(baskets.whose(identity), BasketLine.removed_at.is_(None), BasketLine.order_id.is_(None))
        .order_by(BasketLine.id)
        .with_for_update(of=BasketLine)
    )
    return (await session.scalars(query)).all()


async def _find_waiting(session: AsyncSession, identity: Identity) -> Order | None:
    query = (
        select(Order)
        .join(BasketLine, BasketLine.order_id == Order.id)
        .join(Basket, Basket.id == BasketLine.basket_id)
        .where(baskets.whose(identity), Order.status == "placed")
        .order_by(Order.id.desc())
        .limit(1)
    )
    order: Order | None = await session.scalar(query)
    return order


def _refuse_surprises(lines: Sequence[BasketLine], wish: Wish) -> None:
    if any(line.expired for line in lines):
        raise HoldOver
    if totals.add_up(lines).total != wish.total:
        raise PriceChanged


def _promise(line: BasketLine) -> OrderLine:
    copied = {name: getattr(line, name) for name in Snapshot.__annotations__}
    return OrderLine(basket_line_id=line.id, **copied)


async def _place(draft: Order, until: datetime) -> Order:
    async with transaction() as session:
        order = await orders.lock(session, draft.id)
        if order.status != "draft":
            raise StillPlacing
        for line, promised in zip(order.lines, draft.lines, strict=True):
            line.title, line.vat_rate = promised.title, promised.vat_rate
        order.status, order.placed_at, order.pay_until = "placed", utcnow(), until
        if order.total == 0:
            await settlements.mark_paid(session, order)
        else:
            session.add(first_attempt(order))
    return order


def first_attempt(order: Order, attempt: int = 1) -> Payment:
    return Payment(
        order_id=order.id,
        attempt=attempt,
        reference=f"{order.token}-{attempt}",
        amount=order.total,
        currency=order.currency,
    )


async def _of_key(key: str) -> Order:
    """Somebody else is placing it right now: their order is ours."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        async with get_session(read_only=True) as session:
            order = await session.scalar(select(Order).where(Order.idempotency_key == key))
        if order is None:
            raise PriceChanged
        if order.status != "draft":
            return order
        await asyncio.sleep(0.1)
    raise StillPlacing


async def _show_change(broken: PromiseBroken) -> None:
    """The basket shows what is asked for now."""
    names = ("title", "unit_price", "vat_rate", "quantity")
    now: dict[str, Any] = {name: broken.now[name] for name in names if name in broken.now}
    async with transaction() as session:
        await session.execute(update(BasketLine).where(BasketLine.id == broken.line.basket_line_id).values(now))
