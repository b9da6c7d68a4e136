"""What a payer and a treasurer can see."""

from sqlalchemy import func, select

from cart.models import BasketLine, Order, Payment
from cart.services import payments
from cart.services.payments import Till
from shared.db.session import get_session
from shared.models import DomainEvent
from tests.fakes.sumup import PAYS, SumUpProcess


async def to_the_page(till: Till, order: Order) -> Payment:
    await payments.open_page(till, order.id)
    return await payment_of(order)


async def pay(payer: SumUpProcess, till: Till, order: Order, card: str = PAYS) -> Payment:
    payment = await to_the_page(till, order)
    payer.tap({"hosted_checkout_url": payment.hosted_url}, card)
    return payment


async def payment_of(order: Order) -> Payment:
    async with get_session(read_only=True) as session:
        found = select(Payment).where(Payment.order_id == order.id).order_by(Payment.attempt.desc()).limit(1)
        return (await session.scalars(found)).one()


async def status_of(order: Order) -> str:
    async with get_session(read_only=True) as session:
        return (await session.scalars(select(Order.status).where(Order.id == order.id))).one()


async def told(name: str) -> int:
    """How many facts of this name there are."""
    async with get_session(read_only=True) as session:
        return await session.scalar(select(func.count()).where(DomainEvent.type == name)) or 0


async def lines_left() -> list[tuple[str, int, bool]]:
    """Title, quantity, and whether an order has it, of every line in any basket."""
    async with get_session(read_only=True) as session:
        found = (await session.scalars(select(BasketLine).order_by(BasketLine.id))).all()
    return [(line.title, line.quantity, line.locked) for line in found if line.removed_at is None]
