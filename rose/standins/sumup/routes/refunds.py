from quart import Blueprint, Response, jsonify

from rose.standins.sumup import refunds
from rose.standins.sumup.bodies import read_body
from rose.standins.sumup.gate import own_merchant
from rose.standins.sumup.standin import here

bp = Blueprint("refunds", __name__)


@bp.post("/v1.0/merchants/<merchant_code>/payments/<transaction_id>/refunds")
async def create(merchant_code: str, transaction_id: str) -> Response:
    own_merchant(merchant_code)
    standin = here()
    refunds.give(standin, transaction_id, (await read_body()).get("amount"))
    return _answer(standin.options.refund_answer)


def _answer(status: int) -> Response:
    """SumUp's SDK waits for 201 with JSON, its API description promises 204 and nothing."""
    response = jsonify({}) if status == 201 else Response(b"")  # noqa: PLR2004
    response.status_code = status
    return response
