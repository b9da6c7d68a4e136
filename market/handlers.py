"""Other apps' events, and what they mean for the shelves."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from market.services import people, reservations, settlement
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.cart import OrderLine, OrderPaid, OrderRefunded, OrderReleased


async def settle_stock(session: AsyncSession, event: OrderPaid) -> None:
    await settlement.settle(session, settlement.Paid(event.order, _products(event.lines)))


async def release_order(session: AsyncSession, event: OrderReleased) -> None:
    await reservations.release(session, event.order)


async def restock(session: AsyncSession, event: OrderRefunded) -> None:
    await reservations.restock(session, event.order, _products(event.lines))


def _products(lines: Iterable[OrderLine]) -> Counter[int]:
    counted: Counter[int] = Counter()
    for line in lines:
        if line.kind == "product":
            counted[line.item_id] += line.quantity
    return counted


async def forget_member(session: AsyncSession, event: MemberErased) -> None:
    await people.forget(session, event)
