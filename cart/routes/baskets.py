from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response, g, request

from cart.forms import ChangeQuantity
from cart.models import BasketLine
from cart.routes import here
from cart.services import baskets, lines
from cart.services.basket_views import BasketView, arrange
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted
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
    removed = await lines.find_removed(g.session, here.identity(), _asked("removed"))
    notice = {"unpaid": "failed" in request.args, "removed": removed, "kept": _find(found.ready, _asked("kept"))}
    return await page("cart/baskets/show.html", fragment=FRAGMENT, **_context(found, **notice))


async def refused(error: DomainError, line_id: int = 0, *, typed: str = "") -> Response:
    """The basket as it is, and the sentence: at the line's own field, with what was typed, if it is still there."""
    found = await _reload()
    line = _find(found.ready, line_id)
    at = f"quantity-{line.id}" if line else ""
    form = Submitted(ChangeQuantity, {"quantity": typed}, {at: error.message}, None)
    refusal = {"errors": {at: _in_short(line, error, typed)}}
    # htmx swaps nothing for an error; the sentence is in the fragment.
    return await page(
        "cart/baskets/show.html",
        fragment=FRAGMENT,
        status=status_of(error),
        **_context(found, form=form, refusal=refusal),
    )


def _in_short(line: BasketLine | None, error: DomainError, typed: str) -> str:
    """For the top of the page, far from the line: of what is spoken, and what is true meanwhile."""
    if line is None:
        return error.message
    still = f" Your basket still has {line.quantity}." if typed else ""
    return f"{line.title}: {error.message}{still}"


async def changed(*, line_id: int, how: str = "changed", removed: bool = False, kept: bool = False) -> Response:
    """After a change: the lines for htmx, the whole basket for a browser."""
    async with get_session(read_only=True) as session:
        gone = await lines.find_removed(session, here.identity(), line_id) if removed else None
    found = await _reload()
    line = gone or _find(found.ready, line_id)
    notice = {"removed": gone, "kept": line if kept else None, "touched": line_id}
    told = f"{line.title} {how}" if line else "Basket changed"
    url = cart_url(f"/?removed={line_id}" if removed else f"/?kept={line_id}" if kept else "/")
    return await see_other(url, fragment=FRAGMENT, **_context(found, told=told, **notice))


def _context(found: BasketView, **more: Any) -> dict[str, Any]:
    nothing = {"removed": None, "kept": None, "touched": None, "unpaid": False, "told": "Basket"}
    form = Submitted.of(ChangeQuantity)
    return {"basket_view": found, "form": form, "refusal": form, **nothing, **more}


def _asked(name: str) -> int:
    return request.args.get(name, 0, type=small_number)


def _find(among: Sequence[BasketLine], line_id: int) -> BasketLine | None:
    return next((line for line in among if line.id == line_id), None)


async def _reload() -> BasketView:
    async with get_session(read_only=True) as session:
        return arrange(await baskets.list_lines(session, here.identity()))
