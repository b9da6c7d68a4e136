from typing import cast

from quart import Blueprint, Response, request

from cart.routes import here
from shared.browser.app.payments.sumup import parse_webhook

bp = Blueprint("webhooks", __name__)


@bp.post("/webhooks/sumup/")
async def create() -> Response:
    """Only a hint, from anybody: answered at once, looked into in the background, asked of SumUp if it is ours."""
    body = cast("bytes", await request.get_data(as_text=False))
    if checkout_id := parse_webhook(body):
        here.settler().hint(checkout_id)
    return Response("", 204)
