"""Sending a refund. SumUp knows no idempotency key for refunds: before a second try it is asked what it gave back."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from cart.models import Payment, Refund, RefundLine
from cart.services import orders
from shared.browser.app.payments.sumup import PaymentsUnavailable, RefundRefused, SumUp
from shared.db.session import transaction
from shared.errors import Unavailable
from shared.events.bus import emit_event
from shared.events.payloads.cart import OrderRefunded
from shared.utils import utcnow


class AnotherOnItsWay(Unavailable):
    message = "Another refund of the same payment is on its way: one after the other."


@dataclass(frozen=True)
class Errand:
    """`returned` is what earlier refunds gave back; `again` when this one may have arrived already."""

    amount: int
    checkout_id: str
    transaction_id: str | None
    returned: int
    again: bool


async def send(sumup: SumUp | None, refund_id: int) -> None:
    """Raises PaymentsUnavailable and AnotherOnItsWay: to be tried again later."""
    async with transaction() as session:
        errand = await _set_out(session, refund_id)
    if errand is None:
        return
    refusal: RefundRefused | None = None
    if errand.amount:
        if sumup is None:
            raise PaymentsUnavailable
        try:
            await _carry(sumup, errand)
        except RefundRefused as error:
            refusal = error
    async with transaction() as session:
        await _finish(session, refund_id, refusal)


async def _set_out(session: AsyncSession, refund_id: int) -> Errand | None:
    query = select(Refund).where(Refund.id == refund_id).options(joinedload(Refund.payment))
    refund = (await session.scalars(query.with_for_update(of=Refund))).one()
    if refund.state not in {"requested", "sending"}:
        return None
    again, refund.state = refund.state == "sending", "sending"
    if refund.payment is None:
        return Errand(0, "", None, 0, again=again)
    returned = await _returned(session, refund)
    payment = refund.payment
    return Errand(refund.amount, payment.checkout_id or "", payment.transaction_id, returned, again=again)


async def _returned(session: AsyncSession, refund: Refund) -> int:
    await session.execute(select(Payment.id).where(Payment.id == refund.payment_id).with_for_update())
    others = select(Refund.id).where(Refund.payment_id == refund.payment_id, Refund.id != refund.id)
    if await session.scalar(others.where(Refund.state == "sending").limit(1)):
        raise AnotherOnItsWay
    done = select(func.sum(Refund.amount)).where(Refund.payment_id == refund.payment_id, Refund.state == "done")
    return int(await session.scalar(done) or 0)


async def _carry(sumup: SumUp, errand: Errand) -> None:
    # The checkout may have been read before SumUp had written down its transaction.
    transaction_id = errand.transaction_id or (await sumup.get_checkout(errand.checkout_id)).transaction_id
    if transaction_id is None:
        raise PaymentsUnavailable
    if errand.again and (await sumup.transaction(transaction_id)).refunded >= errand.returned + errand.amount:
        return
    await sumup.refund(transaction_id, errand.amount)


async def _finish(session: AsyncSession, refund_id: int, refusal: RefundRefused | None) -> None:
    order_id = (await session.scalars(select(Refund.order_id).where(Refund.id == refund_id))).one()
    order = await orders.lock(session, order_id)
    query = select(Refund).where(Refund.id == refund_id).with_for_update()
    query = query.options(selectinload(Refund.lines).joinedload(RefundLine.order_line))
    refund = (await session.scalars(query)).one()
    if refund.state != "sending":
        return
    if refusal is not None:
        refund.state, refund.reason = "refused", refusal.message
        for line in refund.lines:
            line.order_line.refunded -= line.quantity
        return
    refund.state, refund.done_at = "done", utcnow()
    if all(line.refundable == 0 for line in order.lines):
        order.status = "refunded"
    emit_event(
        session,
        OrderRefunded(
            order=order.token,
            email=order.email,
            amount=refund.amount,
            currency=refund.currency,
            lines=[orders.line_fact(line.order_line, line.quantity) for line in refund.lines],
        ),
    )
