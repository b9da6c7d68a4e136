from quart import Blueprint, Response

from cart.routes import here
from cart.services import orders, payments
from shared.browser.app.utils.htmx import see_other
from shared.db.session import get_session
from shared.errors import Conflict, Unavailable
from shared.infrastructure.urls import cart_url

bp = Blueprint("payments", __name__)


@bp.post("/orders/<token>/payments/")
async def create(token: str) -> Response:
    """To the page where it is paid: the same one as before while that is open."""
    async with get_session(read_only=True) as session:
        order = await orders.get(session, token)
    try:
        url = await here.shielded(payments.open_page(here.till(), order.id))
    except Conflict:
        url = cart_url(order.path)
    except Unavailable:
        url = cart_url(f"{order.path}?away=1")
    return await see_other(url)
