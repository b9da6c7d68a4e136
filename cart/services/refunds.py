"""Money on its way back: asked for in one transaction, sent by a handler, told on when SumUp has said yes."""

from collections.abc import Mapping

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cart.models import Order, OrderLine, Payment, Refund, RefundLine
from cart.services import orders
from shared.audit import audit
from shared.errors import Conflict, Invalid
from shared.events.bus import emit_event
from shared.events.payloads.cart import RefundRequested

log = structlog.get_logger("refunds")


class NotRefundable(Conflict):
    message = "Only a paid order can be refunded."


class NothingChosen(Invalid):
    message = "Choose how many of at least one line are to be refunded."


class MoreThanBought(Invalid):
    message = "That is more than is left to refund."


async def request(
    session: AsyncSession, order_id: int, portions: Mapping[int, int], *, key: str, reason: str = ""
) -> Refund:
    """`portions` is order line → how many. The same key again is the same refund."""
    order = await orders.lock(session, order_id)
    known: Refund | None = await session.scalar(select(Refund).where(Refund.idempotency_key == key))
    if known is not None:
        return known
    if order.status != "paid":
        raise NotRefundable
    chosen = {line: portions.get(line.id, 0) for line in order.lines if portions.get(line.id, 0) > 0}
    if not chosen:
        raise NothingChosen
    amount = sum(_take(line, quantity) for line, quantity in chosen.items())
    payment = await _paid_payment(session, order_id) if amount else None
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id if payment else None,
        amount=amount,
        currency=order.currency,
        idempotency_key=key,
        reason=reason,
        lines=[RefundLine(order_line_id=line.id, quantity=quantity) for line, quantity in chosen.items()],
    )
    return await _ask(session, order, refund)


async def request_rest(session: AsyncSession, token: str, *, only: set[int], key: str, reason: str) -> None:
    """Of these order lines whatever has not been refunded yet; nothing when nothing is left."""
    order = await orders.get(session, token)
    portions = {line.id: line.refundable for line in order.lines if line.id in only and line.refundable}
    if portions and order.status == "paid":
        await request(session, order.id, portions, key=key, reason=reason)


async def request_of_payment(session: AsyncSession, order: Order, payment: Payment) -> None:
    """All of a payment that the order did not need: no line of it is given up."""
    refund = Refund(
        order_id=order.id,
        payment_id=payment.id,
        amount=payment.amount,
        currency=payment.currency,
        idempotency_key=f"twice:{payment.reference}",
        reason="Paid twice",
    )
    await _ask(session, order, refund)


async def ask_again(session: AsyncSession, refund_id: int) -> None:
    """For one that got stuck: harmless when it has gone through meanwhile."""
    refund = await session.scalar(select(Refund).where(Refund.id == refund_id).options(joinedload(Refund.order)))
    if refund is not None and refund.state in {"requested", "sending"}:
        emit_event(session, RefundRequested(order=refund.order.token, refund_id=refund.id))
        audit(session, "refund.asked_again", f"order:{refund.order.number}", refund=refund.id)


async def list_of_order(session: AsyncSession, order_id: int) -> list[Refund]:
    query = select(Refund).where(Refund.order_id == order_id).options(joinedload(Refund.lines)).order_by(Refund.id)
    return list((await session.scalars(query)).unique())


async def refunded_amount(session: AsyncSession, order_id: int) -> int:
    query = select(func.sum(Refund.amount)).where(Refund.order_id == order_id, Refund.state == "done")
    return int(await session.scalar(query) or 0)


def _take(line: OrderLine, quantity: int) -> int:
    if quantity > line.refundable:
        raise MoreThanBought(f"Only {line.refundable} of “{line.title}” can be refunded.", field=f"line_{line.id}")
    line.refunded += quantity
    return quantity * line.unit_price


async def _paid_payment(session: AsyncSession, order_id: int) -> Payment:
    query = select(Payment).where(Payment.order_id == order_id, Payment.status == "PAID").order_by(Payment.attempt)
    payment = (await session.scalars(query.limit(1))).one_or_none()
    if payment is None:
        raise NotRefundable
    return payment


async def _ask(session: AsyncSession, order: Order, refund: Refund) -> Refund:
    session.add(refund)
    await session.flush()
    emit_event(session, RefundRequested(order=order.token, refund_id=refund.id))
    audit(session, "order.refunded", f"order:{order.number}", refund=refund.id, amount=refund.amount)
    log.info("refund requested", order=order.number, amount=refund.amount, reason=refund.reason)
    return refund
