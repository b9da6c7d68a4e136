from datetime import timedelta

from quart import Blueprint, Response, g

from events.services import calendars, listings
from shared.browser.app.redis_cacher import cached
from shared.infrastructure.found.sitemaps import Place, answer_map
from shared.infrastructure.urls import events_url
from shared.utils import utcnow

bp = Blueprint("sitemaps", __name__)

PAST, AHEAD = timedelta(days=92), timedelta(days=730)


@bp.get("/sitemap.xml")
@cached(tags=["events"])
async def show() -> Response:
    now = utcnow()
    shown = await listings.list_addresses(g.session, now - PAST, now + AHEAD)
    newest = max((changed_at for _, changed_at in shown), default=None)
    found = await calendars.list_all(g.session)
    fronts = [Place(events_url(path), newest) for path in ("/", *(calendar.path for calendar in found))]
    return answer_map([*fronts, *(Place(events_url(path), changed_at) for path, changed_at in shown)])
