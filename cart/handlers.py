"""Other apps' events, and cart's own errands to SumUp. Each is safe to run twice."""

from quart import current_app
from sqlalchemy.ext.asyncio import AsyncSession

from cart.services import adoptions, orders, people, refunds, repayments
from shared.browser.app.utils.settings import current_settings
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.blog import SignedIn
from shared.events.payloads.cart import RefundRequested
from shared.events.payloads.events import TicketsUnavailable
from shared.events.payloads.market import StockShort


async def adopt_basket(session: AsyncSession, event: SignedIn) -> None:
    if event.session_id is not None:
        await adoptions.adopt(session, user_id=event.user_id, session_id=event.session_id)


async def refund_unavailable(session: AsyncSession, event: TicketsUnavailable | StockShort) -> None:
    """Paid for, but gone meanwhile: the money goes back without anybody asking."""
    order = await orders.get(session, event.order)
    if isinstance(event, TicketsUnavailable):
        gone = {line.id for line in order.lines if line.hold_id in event.hold_ids}
    else:
        gone = {line.id for line in order.lines if line.kind == "product" and line.item_id in event.item_ids}
    key = f"{event.name}:{event.order}"
    await refunds.request_rest(session, event.order, only=gone, key=key, reason="No longer available")


async def pay_back(event: RefundRequested) -> None:
    await repayments.send(current_app.extensions["till"].sumup, event.refund_id)


async def forget_member(session: AsyncSession, event: MemberErased) -> None:
    await people.forget(session, event, secret_key=current_settings().secret_key)
