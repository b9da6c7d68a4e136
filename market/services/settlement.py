"""The money for an order is there: what it held is sold. Late money takes the stock anew, or says what is short."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from market.models import StockReservation
from market.models.stock_reservation import ReservationState as State
from market.services import counters
from market.services.counters import Move
from market.services.reservations import Wanted, of_order
from shared.events.bus import emit_event
from shared.events.payloads.market import StockShort
from shared.utils import utcnow


class Paid(NamedTuple):
    order: str
    lines: Wanted


async def settle(session: AsyncSession, paid: Paid) -> None:
    """Safe to run twice: only `held`, `released` and unknown lines are touched, and none stays so."""
    locked = {row.id for row in await counters.lock(session, paid.lines)}
    known = {reservation.product_id: reservation for reservation in await of_order(session, paid.order)}
    held = [known[product_id] for product_id in sorted(paid.lines) if _is(known, product_id, State.HELD)]
    await counters.move(session, [_sale(entry.product_id, entry.quantity, held=entry.quantity) for entry in held])
    for reservation in held:
        reservation.state = State.SOLD
    await _take_late(session, paid, known, locked)


async def _take_late(session: AsyncSession, paid: Paid, known: dict[int, StockReservation], locked: set[int]) -> None:
    late = [pid for pid in sorted(paid.lines) if pid not in known or _is(known, pid, State.RELEASED)]
    taken = await counters.move(session, [_sale(pid, paid.lines[pid], need=paid.lines[pid]) for pid in late])
    for product_id in late:
        state = State.SOLD if product_id in taken else State.SHORT
        if product_id in known:
            known[product_id].state, known[product_id].quantity = state, paid.lines[product_id]
        elif product_id in locked:
            session.add(_anew(paid, product_id, state))
    _say_short(session, paid.order, [product_id for product_id in late if product_id not in taken])


def _say_short(session: AsyncSession, order: str, item_ids: Sequence[int]) -> None:
    if item_ids:
        emit_event(session, StockShort(order=order, item_ids=list(item_ids)))


def _anew(paid: Paid, product_id: int, state: State) -> StockReservation:
    return StockReservation(
        order=paid.order, product_id=product_id, quantity=paid.lines[product_id], state=state, until=utcnow()
    )


def _sale(product_id: int, count: int, *, held: int = 0, need: int = 0) -> Move:
    return Move(product_id, on_hand=-count, held=-held, sold=count, need=need)


def _is(known: dict[int, StockReservation], product_id: int, state: State) -> bool:
    return product_id in known and known[product_id].state == state
