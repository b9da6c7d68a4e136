"""The visitor's own part of a page for everyone: one small answer, and a cookie that says that it is worth asking."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode

from quart import Blueprint, Quart, Response, g, request

from shared.browser.app.utils.cookies import set_cookie, shared_cookie
from shared.browser.app.utils.templates import render_alone
from shared.config import Settings
from shared.infrastructure.cart_loader import load_basket

AS_LONG_AS_A_SESSION = int(timedelta(days=90).total_seconds())
SILENT = ("/static/", "/internal/", "/webhooks/", "/healthz", "/metrics")

bp = Blueprint("here", __name__, url_prefix="/here")


@bp.get("/bar/")
async def show() -> Response:
    """Account and basket, as the header of a page drawn for this visitor has them. No menu: that is there already."""
    context = {"user": g.user, "basket": await load_basket(), "request_path": request.path, "for_everyone": False}
    return Response(render_alone("_bar.html", **context), mimetype="text/html")


def use_here(app: Quart, settings: Settings) -> None:
    app.register_blueprint(bp)
    # All four apps hear it, as they hear of the session.
    name = shared_cookie(settings, "hint")

    @app.after_request
    async def hint_what_is_there(response: Response) -> Response:
        if "visit" not in g or request.path.startswith(SILENT):
            return response
        known = request.cookies.get(name)
        wanted = _hint(known or "")
        if wanted is None and known is not None:
            set_cookie(response, settings, name, "", seconds=0)
        elif wanted is not None and known != wanted:
            set_cookie(response, settings, name, wanted, seconds=AS_LONG_AS_A_SESSION)
        return response


def _hint(before: str) -> str | None:
    """Signed in or not, and how many things are in the basket, as far as this request knows. Nobody's name."""
    if g.visit is None:
        return None
    known = parse_qs(before)
    count = g.get("basket_count")
    told = known.get("n", ["0"])[0] if count is None else str(count)
    return urlencode({"in": int(g.user is not None), "n": told if told.isascii() and told.isdigit() else "0"})
