from quart import Blueprint, Response, g, request

from market.forms import read_filters
from market.routes.shelves import FILTERS, shelf_page, viewer_id
from market.services import facets, listings, marketplaces
from market.services.changes import LISTS
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page

bp = Blueprint("marketplaces", __name__)

LATEST = 12


@bp.get("/")
@cached(tags=[LISTS])
async def index() -> Response:
    return await page(
        "market/marketplaces/index.html",
        marketplaces=await marketplaces.list_marketplaces(g.session),
        shelves=await facets.list_shelves(g.session),
        latest=await listings.list_latest(g.session, limit=LATEST, viewer_id=viewer_id()),
    )


@bp.get("/m/<slug>/")
@cached(tags=[LISTS], query=FILTERS)
async def show(slug: str) -> Response:
    marketplace = await marketplaces.get_marketplace(g.session, slug)
    filters = read_filters(request.args, marketplace_id=marketplace.id)
    return await shelf_page("market/marketplaces/show.html", filters, marketplace=marketplace, shelf=None)


@bp.get("/m/<slug>/<category>/")
@cached(tags=[LISTS], query=FILTERS)
async def show_category(slug: str, category: str) -> Response:
    marketplace, shelf = await marketplaces.get_shelf(g.session, slug, category)
    filters = read_filters(request.args, marketplace_id=marketplace.id, category=shelf.slug)
    return await shelf_page(
        "market/marketplaces/show.html", filters, fixed=("category",), marketplace=marketplace, shelf=shelf
    )
