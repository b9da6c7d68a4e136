from quart import Blueprint, Response, g

from cart.services import orders, receipts, totals
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("receipts", __name__)


@bp.get("/orders/<token>/receipt.pdf")
async def show(token: str) -> Response:
    order = await orders.get_paid(g.session, token)
    pdf = receipts.draw(order, totals.add_up(order.lines), current_settings().site)
    headers = {"Content-Disposition": f'attachment; filename="{order.number}.pdf"'}
    return Response(pdf, 200, headers, mimetype="application/pdf")
