"""Calendars for other programs: subscribe to all, to one calendar, or take one entry along."""

from datetime import timedelta

from quart import Blueprint, Response, g

from events.models import Calendar
from events.services import calendars, entries, feeds, listings
from shared.browser.app.redis_cacher import cached
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.templates import render_alone
from shared.utils import utcnow

bp = Blueprint("feeds", __name__)

PAST, AHEAD = timedelta(days=92), timedelta(days=550)


@bp.get("/all.ics")
@cached(tags=["events"])
async def index() -> Response:
    return await _feed(None)


@bp.get("/rss/")
@cached(tags=["events"])
async def rss() -> Response:
    """What is on next, for readers of feeds."""
    found = await listings.list_next(g.session, now=utcnow(), limit=40)
    return Response(render_alone("events/feeds/rss.xml", entries=found), mimetype="application/rss+xml")


@bp.get("/<slug>.ics")
@cached(tags=["events"])
async def show(slug: str) -> Response:
    return await _feed(await calendars.get_by_slug(g.session, slug))


@bp.get("/entries/<int:entry_id>-<slug>.ics")
async def entry(entry_id: int, slug: str) -> Response:
    found = await entries.get_visible(g.session, entry_id)
    if found.slug != slug:
        raise entries.NoSuchEntry
    return _answer(feeds.write([found], current_settings(), name=found.title), found.slug)


async def _feed(calendar: Calendar | None) -> Response:
    now = utcnow()
    found = await listings.list_for_feed(g.session, now - PAST, now + AHEAD, calendar=calendar)
    settings = current_settings()
    name = calendar.name if calendar else settings.site.name
    return _answer(feeds.write(found, settings, name=name), calendar.slug if calendar else "all")


def _answer(text: str, name: str) -> Response:
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response
