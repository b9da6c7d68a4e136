from typing import Any

from quart import Blueprint, Response, g, request

from cart.routes import here
from cart.services import baskets, lines
from cart.services.basket_views import BasketView, arrange
from shared.browser.app.errors import status_of
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.parsing import small_number
from shared.db.session import get_session
from shared.errors import DomainError
from shared.infrastructure.urls import cart_url

bp = Blueprint("baskets", __name__)

FRAGMENT = "cart/baskets/_changed.html"


@bp.get("/")
async def show() -> Response:
    found = arrange(await baskets.list_lines(g.session, here.identity()))
    removed = await lines.find_removed(g.session, here.identity(), request.args.get("removed", 0, type=small_number))
    notice: dict[str, Any] = {"unpaid": "failed" in request.args, "removed": removed}
    return await page("cart/baskets/show.html", fragment=FRAGMENT, basket_view=found, problem=None, **notice)


async def refused(error: DomainError) -> Response:
    """The basket as it is, and the sentence."""
    context = {"basket_view": await _reload(), "problem": error.message, "removed": None, "unpaid": False}
    # htmx swaps nothing for an error; the sentence is in the fragment.
    return await page("cart/baskets/show.html", fragment=FRAGMENT, status=status_of(error), **context)


async def changed(*, removed: int | None = None) -> Response:
    """After a change: the lines for htmx, the whole basket for a browser."""
    async with get_session(read_only=True) as session:
        found = await lines.find_removed(session, here.identity(), removed or 0)
    url = cart_url(f"/?removed={removed}" if removed else "/")
    context = {"basket_view": await _reload(), "problem": None, "removed": found, "unpaid": False}
    return await see_other(url, fragment=FRAGMENT, **context)


async def _reload() -> BasketView:
    async with get_session(read_only=True) as session:
        return arrange(await baskets.list_lines(session, here.identity()))
