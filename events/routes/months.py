from typing import Any

from quart import Blueprint, Response, g

from events.services import calendars, months
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.time import to_zone
from shared.utils import utcnow

bp = Blueprint("months", __name__)

FRAGMENT = "events/months/_changed.html"


@bp.get("/month/")
async def now() -> Response:
    today = to_zone(utcnow(), current_settings().site.tz)
    return await see_other(f"/month/{today:%Y/%m}/")


@bp.get("/month/<int:year>/<int:month>/")
@cached(tags=["events"])
async def index(year: int, month: int) -> Response:
    return await _month(year, month, None)


@bp.get("/<slug>/<int:year>/<int:month>/")
@cached(tags=["events"])
async def show(slug: str, year: int, month: int) -> Response:
    return await _month(year, month, slug)


async def _month(year: int, month: int, slug: str | None) -> Response:
    first = months.first_of(year, month)
    zone = current_settings().site.tz
    every = await calendars.list_all(g.session)
    calendar = calendars.get_among(every, slug) if slug else None
    found = await months.get(g.session, first, zone=zone, now=utcnow(), calendar=calendar)
    base = calendar.path if calendar else "/month/"
    context: dict[str, Any] = {"month": found, "calendar": calendar, "base": base, "calendars": every}
    return await page("events/months/show.html", fragment=FRAGMENT, **context)
