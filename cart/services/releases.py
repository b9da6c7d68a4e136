"""Orders that nobody paid: everyone gives back what they held, and the basket is as it was."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import BasketLine, Order, Payment
from cart.services import orders, settlements, shelves
from shared.audit import audit
from shared.browser.app.payments.sumup import PaymentsUnavailable, SumUp
from shared.db.session import get_session, transaction
from shared.errors import Conflict
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderReleased
from shared.utils import utcnow

log = structlog.get_logger("orders")

# SumUp itself refuses to be paid after `pay_until`: so long after it, its word is not waited for any more.
PATIENCE = timedelta(minutes=15)


class AlreadyPaid(Conflict):
    message = "This order has been paid meanwhile."


async def release(sumup: SumUp | None, order_id: int, *, by_staff: bool = False) -> None:
    """Nobody can pay it any more, and then everything is given back. Raises AlreadyPaid, PaymentsUnavailable."""
    async with get_session(read_only=True) as session:
        order = await session.get_one(Order, order_id)
        payment = await orders.find_payment(session, order_id)
    if payment is not None and payment.open:
        await _close(sumup, order, payment)
    async with transaction() as session:
        order = await orders.lock(session, order_id)
        if order.paid:
            raise AlreadyPaid
        if order.status == "placed":
            order.status = "released"
            await _give_back(session, order, tickets_bound=True)
            if by_staff:
                audit(session, "order.cancelled", f"order:{order.number}")


async def discard(order_id: int, *, tickets_bound: bool = False) -> None:
    """A draft that came to nothing leaves no trace; what was set aside for it already is given back."""
    async with transaction() as session:
        order = await orders.lock(session, order_id)
        if order.status != "draft":
            return
        await _give_back(session, order, tickets_bound=tickets_bound)
        await session.flush()
        await session.execute(delete(Order).where(Order.id == order_id))


async def list_overdue() -> Sequence[Order]:
    query = select(Order).where(Order.status.in_(["draft", "placed"]), Order.pay_until < utcnow())
    async with get_session(read_only=True) as session:
        return (await session.scalars(query.order_by(Order.pay_until).limit(50))).all()


async def _close(sumup: SumUp | None, order: Order, payment: Payment) -> None:
    """A payment that slipped in just before is taken, not lost."""
    if sumup is None:
        return
    try:
        checkout_id = payment.checkout_id
        if checkout_id is None:
            known = await sumup.find_checkout(payment.reference)
            checkout_id = known.id if known else None
        if checkout_id is None:
            await settlements.expire(payment.id)
            return
        await settlements.record(payment.id, await sumup.deactivate(checkout_id))
    except PaymentsUnavailable:
        if utcnow() < order.pay_until + PATIENCE:
            raise
        log.warning("released without SumUp's word", order=order.number)


async def _give_back(session: AsyncSession, order: Order, *, tickets_bound: bool) -> None:
    query = select(BasketLine).where(BasketLine.order_id == order.id).with_for_update()
    lines = (await session.scalars(query)).all()
    for line in lines:
        if line.hold_id is not None and tickets_bound:
            line.hold_until = utcnow()
    await shelves.put_back(session, lines)
    emit_event(session, OrderReleased(order=order.token))
