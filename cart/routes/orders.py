from typing import Any

from quart import Blueprint, Response, g, request

from cart.models import Order
from cart.routes import here
from cart.services import orders, refunds, ticket_links, totals
from shared.browser.app.authz import require_user
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("/")
@require_user
async def index() -> Response:
    asked = max(1, request.args.get("page", 1, type=small_number))
    found = await orders.list_of_member(g.session, user_id=g.user.id, email=g.user.email, page=asked)
    return await page("cart/orders/index.html", found=found)


@bp.get("/<token>/")
async def show(token: str) -> Response:
    return await order_page(await orders.get(g.session, token), away="away" in request.args)


async def order_page(order: Order, *, away: bool = False, refresh: bool = False) -> Response:
    given_back = await refunds.list_of_order(g.session, order.id) if order.paid else []
    context: dict[str, Any] = {"order": order, "totals": totals.add_up(order.lines), "refunds": given_back}
    context["can_pay"] = here.till().sumup is not None
    context["tickets"] = await ticket_links.list_of_order(order)
    soon = order.expects_tickets and not context["tickets"]
    return await page("cart/orders/show.html", away=away, refresh=refresh or soon, **context)
