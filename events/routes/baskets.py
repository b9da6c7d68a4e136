import asyncio

from quart import Blueprint, Response, request

from events.forms import chosen_places
from events.routes.views import entry_context
from events.services import baskets
from shared.browser.app.errors import status_of
from shared.browser.app.limits import limited
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.errors import DomainError
from shared.infrastructure import news
from shared.infrastructure.cart_identity import ensure_session

bp = Blueprint("baskets", __name__)


@bp.post("/entries/<int:entry_id>-<slug>/basket/")
@limited("basket")
async def create(entry_id: int, **_: str) -> Response:
    try:
        places = chosen_places(await request.form)
        whose = await ensure_session()
        work = baskets.add_places(entry_id, places, whose=whose, settings=current_settings())
        # A visitor who hangs up must not leave places here without a line in cart.
        added = await asyncio.shield(asyncio.ensure_future(work))
    except DomainError as error:
        context = await entry_context(entry_id) | {"refusal": error.message, "structured": None}
        return await page(
            "events/entries/show.html",
            fragment="events/entries/_tickets.html",
            status=status_of(error),
            **context,
        )
    context = await entry_context(entry_id) | {"added": added.places, "filled": added.filled}
    path = context["entry"].path
    news.tell(path, added.places)
    return await see_other(f"{path}#tickets", fragment="events/entries/_tickets.html", **context)
