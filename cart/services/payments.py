from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, text, update

from cart.models import Order, Payment
from cart.models.payment import OPEN
from cart.services import checkouts, orders, settlements
from shared.browser.app.payments.sumup import PaymentsUnavailable, SumUp
from shared.config import Settings
from shared.db.session import get_session, transaction
from shared.errors import Conflict
from shared.utils import host_url

log = structlog.get_logger("payments")

LATER = text("now() + greatest(interval '2 seconds', least((now() - payments.created_at) / 4, interval '60 seconds'))")


class NothingToPay(Conflict):
    message = "This order does not wait for a payment any more."


class NotConfigured(PaymentsUnavailable):
    message = "Card payments are not set up on this site yet, so nothing can be paid here."


@dataclass(frozen=True)
class Till:
    """SumUp (or nothing, where it is not set up), and where payers come back to."""

    sumup: SumUp | None
    settings: Settings


async def open_page(till: Till, order_id: int) -> str:
    """The address where this order can be paid. Raises NothingToPay, NotConfigured, PaymentsUnavailable."""
    if till.sumup is None:
        raise NotConfigured
    order, payment = await _attempt(order_id)
    if payment.hosted_url:
        return payment.hosted_url
    checkout = await till.sumup.create_checkout(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        description=f"{till.settings.site.name}, order {order.number}",
        redirect_url=host_url(till.settings, "cart", f"{order.path}return/"),
        return_url=_where_to_tell(till.settings),
        valid_until=order.pay_until,
    )
    await settlements.record(payment.id, checkout)
    if await _given_up(order_id):
        # Released while SumUp was answering: nobody may pay it now.
        await settlements.record(payment.id, await till.sumup.deactivate(checkout.id))
        raise NothingToPay
    if checkout.hosted_url is None:
        raise PaymentsUnavailable
    return checkout.hosted_url


def _where_to_tell(settings: Settings) -> str | None:
    """Messages to an address of ours are never signed: who wants them signed has registered the address at SumUp."""
    signed = settings.sumup is not None and settings.sumup.webhook_secret
    return None if signed else host_url(settings, "cart", "/webhooks/sumup/")


async def _attempt(order_id: int) -> tuple[Order, Payment]:
    """The one that is open, or the next one: its reference is stored before SumUp hears of it."""
    async with transaction() as session:
        order = await orders.lock(session, order_id)
        if not order.waiting or order.overdue:
            raise NothingToPay
        payment = await orders.find_payment(session, order_id)
        if payment is None or payment.status == "EXPIRED":
            payment = checkouts.first_attempt(order, payment.attempt + 1 if payment else 1)
            session.add(payment)
        if payment.status == "MISMATCH":
            raise NothingToPay
    return order, payment


async def _given_up(order_id: int) -> bool:
    async with get_session(read_only=True) as session:
        return await session.scalar(select(Order.status).where(Order.id == order_id)) == "released"


async def wake_all() -> None:
    """At the start: whatever happened while we were away is asked about now."""
    async with transaction() as session:
        await session.execute(update(Payment).where(Payment.status.in_(OPEN)).values(next_check_at=func.now()))


async def claim_due(limit: int = 20) -> Sequence[Payment]:
    """Open payments to ask SumUp about; the next time for each is later the longer it has been open (2 to 60 s)."""
    due = (
        select(Payment.id)
        .where(Payment.status.in_(OPEN), Payment.next_check_at <= func.now())
        .order_by(Payment.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claiming = update(Payment).where(Payment.id.in_(due)).values(next_check_at=LATER).returning(Payment)
    async with transaction() as session:
        return (await session.scalars(claiming)).all()
