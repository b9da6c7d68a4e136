from quart import Blueprint, Response, g

from market.services import addresses
from market.services.changes import LISTS
from shared.browser.app.redis_cacher import cached
from shared.infrastructure.found.sitemaps import Place, answer_map
from shared.infrastructure.urls import market_url

bp = Blueprint("sitemaps", __name__)


@bp.get("/sitemap.xml")
@cached(tags=[LISTS])
async def show() -> Response:
    found = await addresses.list_addresses(g.session)
    newest = max((changed_at for _path, changed_at in found), default=None)
    fronts = [Place(market_url(path), newest) for path in ("/", "/products/")]
    return answer_map([*fronts, *(Place(market_url(path), changed_at) for path, changed_at in found)])
