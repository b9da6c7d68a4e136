from quart import Blueprint, Response, g

from market.forms import AddToBasket
from market.routes.shelves import viewer_id
from market.services import answers, listings, offers
from market.services.changes import LISTS, product_tag
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.forms import Submitted
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.infrastructure import news

bp = Blueprint("products", __name__)

NEIGHBOURS = 4


@bp.get("/products/<slug>/")
@cached(tags=lambda slug: [product_tag(slug), LISTS])
async def show(slug: str) -> Response:
    offer = await offers.get_offer(g.session, slug, viewer_id=viewer_id())
    return await page(
        "market/products/show.html",
        offer=offer,
        form=Submitted.of(AddToBasket),
        added=news.hear(),
        neighbours=await listings.list_neighbours(g.session, offer.card.id, limit=NEIGHBOURS),
        structured=answers.structured(offer, current_settings()),
    )
