from quart import Blueprint, Response, g, redirect

from cart.models import Order, Payment
from cart.routes import here
from cart.routes.orders import order_page
from cart.services import orders
from shared.infrastructure.urls import cart_url

bp = Blueprint("returns", __name__)

PATIENCE_SECONDS = 4.0


@bp.get("/orders/<token>/return/")
async def show(token: str) -> Response:
    """Back from SumUp, paid or not. Nothing is written here: the settler is woken, and its word waited for."""
    order = await orders.get(g.session, token)
    payment = await orders.find_payment(g.session, order.id)
    if _undecided(order, payment) and payment and payment.checkout_id:
        await here.settler().outcome(payment.checkout_id, patience=PATIENCE_SECONDS)
        order = await orders.get(g.session, token)
        payment = await orders.find_payment(g.session, order.id)
    if order.waiting and payment and payment.status == "FAILED":
        return _see(cart_url("/?failed=1"))
    if not order.waiting:
        return _see(cart_url(order.path))
    return await order_page(order, refresh=True)


def _undecided(order: Order, payment: Payment | None) -> bool:
    return not order.paid and payment is not None and payment.open


def _see(url: str) -> Response:
    answer = redirect(url, 303)
    assert isinstance(answer, Response)  # noqa: S101  Quart's redirect is typed for Werkzeug's
    return answer
