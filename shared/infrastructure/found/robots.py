"""robots.txt of each app: where crawlers need not go, and where the map of the site is."""

from quart import Blueprint, Response, current_app

from shared.browser.app.utils.settings import current_settings
from shared.config import AppName
from shared.utils import host_url

bp = Blueprint("robots", __name__)

EVERYWHERE = ("/admin/", "/here/", "/internal/")
CLOSED: dict[AppName, tuple[str, ...]] = {
    "blog": ("/account/", "/sign-in/", "/search/"),
    "market": ("/search/", "/likes/"),
    "events": ("/tickets/", "/month/"),
    "cart": ("/",),
}


@bp.get("/robots.txt")
async def show() -> Response:
    closed = "".join(f"Disallow: {path}\n" for path in (*EVERYWHERE, *CLOSED[current_app.extensions["app_name"]]))
    index = host_url(current_settings(), "blog", "/sitemap.xml")
    return Response(f"User-agent: *\n{closed}Sitemap: {index}\n", mimetype="text/plain")
