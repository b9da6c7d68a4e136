from quart import Blueprint, Response, g

from events.routes.paging import page_number
from events.routes.views import days_of
from events.services import calendars, listings
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.utils import utcnow

bp = Blueprint("calendars", __name__)


@bp.get("/<slug>/")
@cached(tags=["events"], query=["page"])
async def show(slug: str) -> Response:
    now = utcnow()
    calendar = await calendars.get_by_slug(g.session, slug)
    listing = await listings.list_upcoming(g.session, now=now, calendar=calendar, page=page_number())
    days = days_of(listing.entries)
    return await page("events/calendars/show.html", calendar=calendar, listing=listing, days=days, now=now)
