"""Adding a product to the basket, from its own page."""

import asyncio

from quart import Blueprint, Response

from market.forms import AddToBasket
from market.services import answers, baskets, listings, offers
from market.services.baskets import Filled
from market.services.offers import Offer
from shared.browser.app.errors import status_of
from shared.browser.app.limits import limited
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.db.session import get_session
from shared.errors import DomainError
from shared.infrastructure import news
from shared.infrastructure.cart_identity import ensure_session
from shared.infrastructure.urls import market_url

bp = Blueprint("baskets", __name__)

FRAGMENT = "market/products/_basket.html"


@bp.post("/products/<slug>/basket/")
@limited("basket")
async def create(slug: str) -> Response:
    form = await read_form(AddToBasket)
    async with get_session(read_only=True) as session:
        offer = await offers.get_offer(session, slug)
    try:
        filled = await asyncio.shield(_add(offer, form.value.quantity))
    except DomainError as error:
        form.refuse(error, field="quantity")
        return await _refused(offer, form, status_of(error))
    added = form.value.quantity
    news.tell(offer.card.path, added)
    url = market_url(offer.card.path)
    return await see_other(url, fragment=FRAGMENT, offer=offer, form=form, added=added, filled=filled)


async def _add(offer: Offer, quantity: int) -> Filled:
    identity = await ensure_session()
    return await baskets.add(identity, offer, quantity, current_settings())


async def _refused(offer: Offer, form: Submitted[AddToBasket], status: int) -> Response:
    """The same page, with the reason beside the button and the quantity as it was typed."""
    async with get_session(read_only=True) as session:
        neighbours = await listings.list_neighbours(session, offer.card.id, limit=4)
    structured = answers.structured(offer, current_settings())
    return await page(
        "market/products/show.html",
        fragment=FRAGMENT,
        status=status,
        offer=offer,
        form=form,
        added=0,
        neighbours=neighbours,
        structured=structured,
    )
