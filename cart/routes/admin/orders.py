from typing import Any

from quart import Blueprint, Response, g, request

from cart.forms import SearchOrders
from cart.services import orders, refunds, totals
from shared.browser.app.authz import proving_page, require
from shared.browser.app.utils.forms import check_form
from shared.browser.app.utils.htmx import page, see_other
from shared.infrastructure.urls import cart_url
from shared.models.grant import Role
from shared.utils import random_token

bp = Blueprint("admin_orders", __name__, url_prefix="/admin")


@bp.get("/")
@require(Role.TREASURER)
async def home() -> Response:
    return await see_other(cart_url("/admin/orders/"))


@bp.get("/orders/")
@require(Role.TREASURER)
async def index() -> Response:
    form = check_form(SearchOrders, request.args)
    asked = form.value if form.ok else SearchOrders()
    found = await orders.search(g.session, words=asked.q, status=asked.status, page=asked.page)
    return await page("cart/admin/orders/index.html", form=form, asked=asked, found=found)


@bp.get("/orders/<token>/")
@require(Role.TREASURER)
async def show(token: str) -> Response:
    order = await orders.get(g.session, token)
    context: dict[str, Any] = {
        "order": order,
        "totals": totals.add_up(order.lines),
        "payments": await orders.list_payments(g.session, order.id),
        "refunds": await refunds.list_of_order(g.session, order.id),
        "keys": (random_token(), random_token()),
        "prove_first": proving_page(),
        "saved": request.args.get("saved", ""),
    }
    return await page("cart/admin/orders/show.html", **context)
