from quart import Blueprint, Response

from cart.routes import here
from cart.services import orders, releases
from cart.services.releases import AlreadyPaid
from shared.browser.app.utils.htmx import see_other
from shared.db.session import get_session
from shared.infrastructure.urls import cart_url

bp = Blueprint("cancellations", __name__)


@bp.post("/orders/<token>/cancellation/")
async def create(token: str) -> Response:
    """Not to be paid after all: what was ordered is an ordinary basket again."""
    async with get_session(read_only=True) as session:
        order = await orders.get(session, token)
    try:
        await here.shielded(releases.release(here.till().sumup, order.id))
    except AlreadyPaid:
        return await see_other(cart_url(order.path))
    return await see_other(cart_url("/"))
