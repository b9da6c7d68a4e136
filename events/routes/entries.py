from typing import Any

from quart import Blueprint, Response, g, redirect

from events.routes.paging import page_number
from events.routes.views import days_of, entry_context
from events.services import calendars, listings
from events.services.structured import entry_json_ld
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.infrastructure import news
from shared.utils import utcnow

bp = Blueprint("entries", __name__)


def _tags(entry_id: int, **_: str) -> list[str]:
    return [f"entry:{entry_id}", "events"]


@bp.get("/")
@cached(tags=["events"], query=["page"])
async def index() -> Response:
    now = utcnow()
    listing = await listings.list_upcoming(g.session, now=now, zone=current_settings().site.tz, page=page_number())
    found = await calendars.list_all(g.session)
    days = days_of(listing.entries)
    return await page("events/entries/index.html", listing=listing, days=days, calendars=found, now=now)


@bp.get("/entries/<int:entry_id>-<slug>/")
@cached(tags=_tags)
async def show(entry_id: int, slug: str) -> Any:
    context = await entry_context(entry_id)
    if context["entry"].slug != slug:
        return redirect(context["entry"].path, 301)
    structured = entry_json_ld(context["entry"], current_settings())
    context["added"] = news.hear()
    return await page("events/entries/show.html", structured=structured, **context)
