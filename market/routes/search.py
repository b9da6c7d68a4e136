from quart import Blueprint, Response, request

from market.forms import read_filters
from market.routes.shelves import FILTERS, shelf_page
from market.services.changes import LISTS
from shared.browser.app.redis_cacher import cached

bp = Blueprint("search", __name__)


@bp.get("/search/")
@bp.get("/products/")
@cached(tags=[LISTS], query=FILTERS)
async def index() -> Response:
    return await shelf_page("market/search/index.html", read_filters(request.args))
