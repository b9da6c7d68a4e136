from quart import Blueprint, Response, g, request

from market.forms import read_filters
from market.routes.shelves import FILTERS, shelf_page
from market.services import producers
from market.services.changes import LISTS
from shared.browser.app.redis_cacher import cached

bp = Blueprint("producers", __name__)


@bp.get("/producers/<slug>/")
@cached(tags=[LISTS], query=FILTERS)
async def show(slug: str) -> Response:
    producer = await producers.get_producer(g.session, slug)
    filters = read_filters(request.args, producer=producer.slug)
    return await shelf_page("market/producers/show.html", filters, fixed=("producer",), producer=producer)
