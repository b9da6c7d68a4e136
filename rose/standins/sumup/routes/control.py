from quart import Blueprint, Response

from rose.standins.sumup import checkouts, deliveries, transactions
from rose.standins.sumup.pages import page
from rose.standins.sumup.standin import here

bp = Blueprint("control", __name__)


@bp.get("/")
async def index() -> Response:
    db = here().db
    return await page(
        "control.html",
        checkouts=checkouts.list_all(db)[:100],
        transactions=transactions.list_newest(db),
        deliveries=deliveries.list_newest(db),
    )


@bp.get("/healthz")
async def healthz() -> dict[str, str]:
    here().db.execute("SELECT 1")
    return {"status": "ok"}
