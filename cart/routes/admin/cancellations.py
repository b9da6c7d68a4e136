from quart import Blueprint, Response

from cart.routes import here
from cart.services import orders, releases
from shared.browser.app.authz import require, require_fresh
from shared.browser.app.utils.htmx import see_other
from shared.db.session import get_session
from shared.infrastructure.urls import cart_url
from shared.models.grant import Role

bp = Blueprint("admin_cancellations", __name__)


@bp.post("/admin/orders/<token>/cancellation/")
@require(Role.TREASURER)
@require_fresh
async def create(token: str) -> Response:
    async with get_session(read_only=True) as session:
        order = await orders.get(session, token)
    await here.shielded(releases.release(here.till().sumup, order.id, by_staff=True))
    return await see_other(cart_url(f"/admin/orders/{token}/?saved=cancelled"))
