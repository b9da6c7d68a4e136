from quart import Blueprint, Response, g, request

from market.forms import AddToBasket
from market.routes.shelves import viewer_id
from market.services import answers, listings, offers
from market.services.changes import LISTS, product_tag
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.forms import Submitted
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("products", __name__)

NEIGHBOURS = 4


@bp.get("/products/<slug>/")
@cached(tags=lambda slug: [product_tag(slug), LISTS], query=["added"])
async def show(slug: str) -> Response:
    offer = await offers.get_offer(g.session, slug, viewer_id=viewer_id())
    return await page(
        "market/products/show.html",
        offer=offer,
        form=Submitted.of(AddToBasket),
        added=request.args.get("added", 0, type=small_number),
        neighbours=await listings.list_neighbours(g.session, offer.card.id, limit=NEIGHBOURS),
        structured=answers.structured(offer, current_settings()),
    )
