"""What happens here when something happened in cart. Each is safe to run twice."""

from sqlalchemy.ext.asyncio import AsyncSession

from events.services import people, reservations, tickets
from events.services.tickets import Buyer
from shared.browser.app.utils.settings import current_settings
from shared.events.bus import emit_event
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.cart import OrderLine, OrderPaid, OrderRefunded, OrderReleased
from shared.events.payloads.events import TicketsIssued, TicketsUnavailable


async def issue_tickets(session: AsyncSession, event: OrderPaid) -> None:
    """The places become tickets; those that are gone (a payment long after its hold) are told, to be refunded."""
    wanted = [line.hold_id for line in _tickets(event.lines) if line.hold_id]
    if not wanted:
        return
    buyer = Buyer(event.email, event.buyer, event.user_id)
    issued = await tickets.issue(session, event.order, wanted, buyer=buyer)
    if issued.tickets:
        tokens = [ticket.token for ticket in issued.tickets]
        emit_event(session, TicketsIssued(order=event.order, email=event.email, tokens=tokens))
    if issued.unavailable:
        emit_event(session, TicketsUnavailable(order=event.order, hold_ids=issued.unavailable))


async def release_order(session: AsyncSession, event: OrderReleased) -> None:
    await reservations.release(session, event.order)


async def void_tickets(session: AsyncSession, event: OrderRefunded) -> None:
    for line in _tickets(event.lines):
        if line.hold_id:
            await tickets.void(session, line.hold_id, line.quantity)


def _tickets(lines: list[OrderLine]) -> list[OrderLine]:
    return [line for line in lines if line.kind == "ticket"]


async def forget_member(session: AsyncSession, event: MemberErased) -> None:
    await people.forget(session, event, secret_key=current_settings().secret_key)
