"""The one place where an order becomes paid. Browsers and webhooks only hint: SumUp is asked."""

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cart.models import BasketLine, Order, OrderLine, Payment
from cart.services import orders, refunds
from shared.browser.app.payments.sumup import Checkout, SumUp
from shared.db.session import get_session, transaction
from shared.events.bus import emit_event
from shared.utils import utcnow

log = structlog.get_logger("payments")


async def settle(sumup: SumUp, checkout_id: str) -> str | None:
    """The payment's status now. None for a checkout that is not ours: nobody is asked about it.

    Raises PaymentsUnavailable. May be called any number of times, by anybody, at once.
    """
    async with get_session(read_only=True) as session:
        payment = await session.scalar(select(Payment).where(Payment.checkout_id == checkout_id))
    if payment is None:
        return None
    if not payment.open:
        return payment.status
    return await record(payment.id, await sumup.get_checkout(checkout_id))


async def adopt(sumup: SumUp, payment: Payment) -> None:
    """We were cut off between making a checkout and writing down its id: its reference finds it."""
    checkout = await sumup.find_checkout(payment.reference)
    if checkout is not None:
        await record(payment.id, checkout)


async def record(payment_id: int, checkout: Checkout) -> str:
    """What SumUp says of this payment, taken down; told on (OrderPaid) once, in the same transaction."""
    async with transaction() as session:
        order, payment = await _lock(session, payment_id)
        if not payment.open:
            return payment.status
        payment.checkout_id = checkout.id
        payment.hosted_url = checkout.hosted_url or payment.hosted_url
        payment.status = _judge(payment, checkout)
        if payment.status == "PAID":
            payment.transaction_id = checkout.transaction_id
            payment.transaction_code = checkout.transaction_code
            await _paid_with(session, order, payment)
        return payment.status


async def expire(payment_id: int) -> None:
    """Nothing was ever made of it at SumUp."""
    async with transaction() as session:
        _, payment = await _lock(session, payment_id)
        if payment.open:
            payment.status = "EXPIRED"


async def mark_paid(session: AsyncSession, order: Order) -> None:
    """For a locked order with its lines: of money that is there, or of nothing to pay."""
    order.status, order.paid_at = "paid", utcnow()
    bought = select(OrderLine.basket_line_id).where(OrderLine.order_id == order.id)
    # An order that was released and paid late: its lines are back in the basket, unless another order has them now.
    still_there = or_(BasketLine.order_id == order.id, BasketLine.order_id.is_(None))
    await session.execute(delete(BasketLine).where(BasketLine.id.in_(bought), still_there))
    emit_event(session, orders.paid_fact(order))


async def _paid_with(session: AsyncSession, order: Order, payment: Payment) -> None:
    if order.paid:
        log.error("paid twice", order=order.number, payment=payment.reference)
        await refunds.request_of_payment(session, order, payment)
        return
    if order.status == "released":
        log.warning("paid late", order=order.number)
    await mark_paid(session, order)


async def _lock(session: AsyncSession, payment_id: int) -> tuple[Order, Payment]:
    order_id = (await session.scalars(select(Payment.order_id).where(Payment.id == payment_id))).one()
    order = await orders.lock(session, order_id)
    query = select(Payment).where(Payment.id == payment_id).with_for_update()
    payment = (await session.scalars(query.execution_options(populate_existing=True))).one()
    return order, payment


def _judge(payment: Payment, checkout: Checkout) -> str:
    asked = (payment.reference, payment.amount, payment.currency)
    told = (checkout.reference, checkout.amount, checkout.currency)
    if asked == told:
        return checkout.status
    log.error("payment does not fit", payment=payment.reference, asked=asked, told=told, status=checkout.status)
    return "MISMATCH"
