from typing import Any

from quart import Blueprint, request

from rose.standins.sumup import history, refusals, shapes, transactions
from rose.standins.sumup.gate import own_merchant
from rose.standins.sumup.standin import here

bp = Blueprint("transactions", __name__)


@bp.get("/v2.1/merchants/<merchant_code>/transactions")
async def show(merchant_code: str) -> dict[str, Any]:
    own_merchant(merchant_code)
    standin = here()
    wanted = request.args.get("id") or request.args.get("transaction_code")
    if not wanted:
        raise refusals.missing("id")
    return shapes.transaction(standin, transactions.get(standin.db, wanted))


@bp.get("/v2.1/merchants/<merchant_code>/transactions/history")
async def index(merchant_code: str) -> dict[str, Any]:
    own_merchant(merchant_code)
    standin = here()
    page = history.read(standin, request.args)
    return {"items": [shapes.history_entry(standin, item) for item in page.items], "links": page.links}


@bp.get("/v1.1/receipts/<transaction_id>")
async def receipt(transaction_id: str) -> dict[str, Any]:
    own_merchant(request.args.get("mid", ""))
    standin = here()
    return shapes.receipt(standin, transactions.get(standin.db, transaction_id))
