from datetime import timedelta

from quart import Blueprint, Response, g

from events.services import calendars, entries
from shared.browser.app.redis_cacher import cached
from shared.infrastructure.found.sitemaps import Place, answer_map
from shared.infrastructure.urls import events_url
from shared.utils import utcnow

bp = Blueprint("sitemaps", __name__)

PAST, AHEAD, MOST = timedelta(days=92), timedelta(days=730), 49_000


@bp.get("/sitemap.xml")
@cached(tags=["events"])
async def show() -> Response:
    now = utcnow()
    shown = await entries.list_between(g.session, now - PAST, now + AHEAD, limit=MOST)
    newest = max((entry.changed_at for entry in shown), default=None)
    found = await calendars.list_all(g.session)
    fronts = [Place(events_url(path), newest) for path in ("/", *(calendar.path for calendar in found))]
    return answer_map([*fronts, *(Place(events_url(entry.path), entry.changed_at) for entry in shown)])
