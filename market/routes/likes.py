from quart import Blueprint, Response, g, request

from market.forms import read_page
from market.services import likes, listings, offers
from shared.browser.app.authz import require_user
from shared.browser.app.utils.htmx import page, see_other, wants_fragment
from shared.infrastructure.urls import market_url

bp = Blueprint("likes", __name__)

FRAGMENT = "market/products/_like.html"


@bp.get("/likes/")
@require_user
async def index() -> Response:
    listing = await listings.list_liked(g.session, g.user.id, read_page(request.args))
    return await page(
        "market/likes/index.html", fragment="market/shelves/_cards.html", listing=listing, appended=wants_fragment()
    )


@bp.get("/products/<slug>/like/")
async def show(slug: str) -> Response:
    """The button as it is for this member, which the product's page is the same without. Only a POST likes."""
    if g.user is None:
        return await see_other(market_url(f"/products/{slug}/"))
    offer = await offers.get_offer(g.session, slug, viewer_id=g.user.id)
    return await page("market/likes/show.html", fragment=FRAGMENT, offer=offer)


@bp.post("/products/<slug>/like/")
@require_user
async def create(slug: str) -> Response:
    await likes.like(g.session, g.user.id, slug)
    return await _changed(slug)


@bp.delete("/products/<slug>/like/")
@bp.post("/products/<slug>/like/delete/")
@require_user
async def destroy(slug: str) -> Response:
    await likes.unlike(g.session, g.user.id, slug)
    return await _changed(slug)


async def _changed(slug: str) -> Response:
    offer = await offers.get_offer(g.session, slug, viewer_id=g.user.id)
    return await see_other(market_url(f"{offer.card.path}like/"), fragment=FRAGMENT, offer=offer, pressed=True)
