from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from cart.models import Order, OrderLine, Payment
from shared.db.addresses import belongs_to
from shared.errors import NotFound
from shared.events.payloads.cart import OrderLine as LineFact
from shared.events.payloads.cart import OrderPaid

PAGE_SIZE = 25


class OrderUnknown(NotFound):
    message = "There is no order at this address. Please look at the link in your email again."


@dataclass(frozen=True)
class Page:
    orders: Sequence[Order]
    page: int
    pages: int
    total: int


async def get(session: AsyncSession, token: str) -> Order:
    """With its lines. Raises OrderUnknown, for a draft too: nobody has been promised anything by one."""
    query = select(Order).where(Order.token == token, Order.status != "draft").options(joinedload(Order.lines))
    found = await session.scalars(query.execution_options(populate_existing=True))
    order = found.unique().one_or_none()
    if order is None:
        raise OrderUnknown
    return order


async def get_paid(session: AsyncSession, token: str) -> Order:
    """For a receipt: there is none before the money is there."""
    order = await get(session, token)
    if not order.paid:
        raise OrderUnknown
    return order


async def lock(session: AsyncSession, order_id: int) -> Order:
    """With its lines, for whoever changes its state: the order is always locked before its payments."""
    query = select(Order).where(Order.id == order_id).options(selectinload(Order.lines))
    found = await session.scalars(query.with_for_update(of=Order).execution_options(populate_existing=True))
    return found.one()


async def find_payment(session: AsyncSession, order_id: int) -> Payment | None:
    """The last attempt; None for an order that was free."""
    query = select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt.desc()).limit(1)
    payment: Payment | None = await session.scalar(query.execution_options(populate_existing=True))
    return payment


async def list_payments(session: AsyncSession, order_id: int) -> Sequence[Payment]:
    found = await session.scalars(select(Payment).where(Payment.order_id == order_id).order_by(Payment.attempt))
    return found.all()


async def list_of_member(session: AsyncSession, *, user_id: int | None, email: str | None, page: int = 1) -> Page:
    """Ordered while signed in, or as a guest with the address that signing in has proved."""
    mine = belongs_to(Order, user_id, Order.email == (email or "").lower())
    return await _page(session, select(Order).where(mine, Order.status != "draft"), page)


async def search(session: AsyncSession, *, words: str = "", status: str = "", page: int = 1) -> Page:
    """For the treasurer: by number, name or address, newest first."""
    query = select(Order).where(Order.status != "draft")
    if words:
        query = query.where(
            or_(
                Order.number.ilike(f"%{_plain(words)}%", escape="\\"),
                Order.buyer.ilike(f"%{_plain(words)}%", escape="\\"),
                Order.email.ilike(f"%{_plain(words)}%", escape="\\"),
            )
        )
    if status:
        query = query.where(Order.status == status)
    return await _page(session, query, page)


def paid_fact(order: Order) -> OrderPaid:
    return OrderPaid(
        order=order.token,
        email=order.email,
        buyer=order.buyer,
        user_id=order.user_id,
        total=order.total,
        currency=order.currency,
        lines=[line_fact(line, line.quantity) for line in order.lines],
    )


def line_fact(line: OrderLine, quantity: int) -> LineFact:
    return LineFact.model_validate(
        {
            "kind": line.kind,
            "item_id": line.item_id,
            "hold_id": line.hold_id,
            "title": line.title,
            "detail": line.detail,
            "quantity": quantity,
            "unit_price": line.unit_price,
            "vat_rate": line.vat_rate,
        }
    )


async def _page(session: AsyncSession, query: Select[Any], page: int) -> Page:
    counted = query.add_columns(func.count().over()).order_by(Order.id.desc())
    rows = (await session.execute(counted.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))).all()
    total = rows[0][1] if rows else 0
    return Page([row[0] for row in rows], page, max(1, -(-total // PAGE_SIZE)), total)


def _plain(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
