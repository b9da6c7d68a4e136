from typing import Any

from quart import Blueprint, Response, g

from events.routes.paging import page_number
from events.routes.views import days_of
from events.services import calendars, listings
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.utils import utcnow

bp = Blueprint("calendars", __name__)


@bp.get("/<slug>/")
@cached(tags=["events"], query=["page"])
async def show(slug: str) -> Response:
    now = utcnow()
    every = await calendars.list_all(g.session)
    calendar = calendars.get_among(every, slug)
    zone = current_settings().site.tz
    listing = await listings.list_upcoming(g.session, now=now, zone=zone, calendar=calendar, page=page_number())
    days = days_of(listing.entries)
    context: dict[str, Any] = {"calendar": calendar, "calendars": every, "listing": listing, "days": days, "now": now}
    return await page("events/calendars/show.html", **context)
