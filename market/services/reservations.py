"""What orders hold: one row an order and product, which makes every step repeatable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from market.models import StockReservation
from market.models.stock_reservation import ReservationState as State
from market.services import counters
from market.services.counters import Move
from shared.errors import Conflict, NotFound

Wanted = Mapping[int, int]
"""Product id → how many."""


class SoldOut(Conflict):
    message = "Somebody was faster: this is sold out."


class OrderGivenUp(Conflict):
    message = "This order has been cancelled. Please start the checkout again."


class NotOnSale(NotFound):
    message = "One of these products is not on sale any more."


class ReservedLine(NamedTuple):
    item_id: int
    title: str
    unit_price: int
    vat_rate: int


async def reserve(session: AsyncSession, order: str, wanted: Wanted, *, until: datetime) -> list[ReservedLine]:
    """All or nothing; the same order again gets the same answer.

    Raises SoldOut naming the product and how many are left, NotOnSale, OrderGivenUp.
    """
    products = await counters.lock(session, wanted)
    known = await of_order(session, order)
    if any(reservation.state == State.RELEASED for reservation in known):
        raise OrderGivenUp
    if not known:
        await _hold(session, wanted, products)
        session.add_all(
            StockReservation(order=order, product_id=product_id, quantity=count, until=until)
            for product_id, count in sorted(wanted.items())
        )
        await session.flush()
    return [ReservedLine(row.id, row.title, row.price, row.vat_rate) for row in products]


async def release(session: AsyncSession, order: str) -> None:
    """Gives back what the order still holds. What was sold stays sold."""
    held = await lock_of_order(session, order, State.HELD)
    await counters.move(session, [Move(row.product_id, held=-row.quantity) for row in held])
    for reservation in held:
        reservation.state = State.RELEASED


async def restock(session: AsyncSession, order: str, returned: Wanted) -> None:
    """Refunded goods go back on the shelf: never more of them than this order was sold."""
    sold = await lock_of_order(session, order, State.SOLD)
    moves = []
    for reservation in sold:
        back = min(returned.get(reservation.product_id, 0), reservation.quantity - reservation.returned)
        reservation.returned += back
        moves.append(Move(reservation.product_id, on_hand=back, sold=-back))
    await counters.move(session, [entry for entry in moves if entry.on_hand])


async def list_forgotten(session: AsyncSession, before: datetime, *, limit: int = 100) -> Sequence[str]:
    """Orders that still hold stock though nobody told us what became of them."""
    found = await session.scalars(
        select(StockReservation.order)
        .where(StockReservation.state == State.HELD, StockReservation.until < before)
        .distinct()
        .limit(limit)
    )
    return found.all()


async def of_order(session: AsyncSession, order: str) -> Sequence[StockReservation]:
    found = await session.scalars(
        select(StockReservation).where(StockReservation.order == order).order_by(StockReservation.product_id)
    )
    return found.all()


async def lock_of_order(session: AsyncSession, order: str, state: State) -> list[StockReservation]:
    """Reservations in one state, read after their products were locked: nobody else is moving them."""
    ids = await session.scalars(select(StockReservation.product_id).where(StockReservation.order == order))
    await counters.lock(session, ids.all())
    return [reservation for reservation in await of_order(session, order) if reservation.state == state]


async def _hold(session: AsyncSession, wanted: Wanted, products: Sequence[Row[Any]]) -> None:
    if len([row for row in products if row.is_published]) < len(wanted):
        raise NotOnSale
    moves = [Move(product_id, held=count, need=count) for product_id, count in sorted(wanted.items())]
    held = await counters.move(session, moves)
    if short := [row for row in products if row.id not in held]:
        raise SoldOut(" ".join(_sentence(row.title, row.left) for row in short))


def _sentence(title: str, free: int) -> str:
    return f"{title} is sold out." if free <= 0 else f"Only {free} of {title} left."
