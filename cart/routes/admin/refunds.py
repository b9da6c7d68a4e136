from quart import Blueprint, Response, g

from cart.forms import RefundLines
from cart.services import orders, refunds
from shared.browser.app.authz import require, require_fresh
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.infrastructure.urls import cart_url
from shared.models.grant import Role

bp = Blueprint("admin_refunds", __name__, url_prefix="/admin/orders/<token>/refunds")


@bp.post("/")
@require(Role.TREASURER)
@require_fresh
async def create(token: str) -> Response:
    form = (await read_form(RefundLines)).value
    order = await orders.get(g.session, token)
    await refunds.request(g.session, order.id, form.portions, key=form.key, reason=form.reason)
    return await see_other(cart_url(f"/admin/orders/{token}/?saved=refund"))


@bp.post("/<int:refund_id>/")
@require(Role.TREASURER)
@require_fresh
async def update(token: str, refund_id: int) -> Response:
    await refunds.ask_again(g.session, refund_id)
    return await see_other(cart_url(f"/admin/orders/{token}/?saved=refund"))
