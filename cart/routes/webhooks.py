from typing import cast

from quart import Blueprint, Response, request

from cart.routes import here
from shared.browser.app.payments.sumup import SIGNATURE, parse_webhook, verify_signature
from shared.browser.app.utils.settings import current_settings
from shared.errors import Forbidden
from shared.utils import utcnow

bp = Blueprint("webhooks", __name__)


class Unsigned(Forbidden):
    message = "This address is for SumUp, whose messages here are signed."


@bp.post("/webhooks/sumup/")
async def create() -> Response:
    """Only a hint, from anybody: answered at once, looked into in the background, asked of SumUp if it is ours."""
    body = cast("bytes", await request.get_data(as_text=False))
    _refuse_unsigned(body)
    if checkout_id := parse_webhook(body):
        here.settler().hint(checkout_id)
    return Response("", 204)


def _refuse_unsigned(body: bytes) -> None:
    """Where the site was given SumUp's secret. Raises Unsigned."""
    account = current_settings().sumup
    secret = account.webhook_secret if account else None
    if secret and not verify_signature(body, request.headers.get(SIGNATURE, ""), secret, utcnow()):
        raise Unsigned
