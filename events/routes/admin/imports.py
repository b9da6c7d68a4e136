from quart import Blueprint, Response, g, request

from events.services import calendars, imports
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.sizes import UPLOAD, takes
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.errors import DomainError, Invalid
from shared.models.grant import Role
from shared.utils import utcnow

bp = Blueprint("admin_imports", __name__)


class NoFile(Invalid):
    message = "Choose a file that ends in .ics."


@bp.get("/admin/calendars/<int:calendar_id>/import/")
@require(Role.STEWARD)
async def new(calendar_id: int) -> Response:
    calendar = await calendars.get(g.session, calendar_id, within=reach_of(Role.STEWARD))
    return await page("events/admin/imports/new.html", calendar=calendar, done=None, refusal=None)


@bp.post("/admin/calendars/<int:calendar_id>/import/")
@require(Role.STEWARD)
@takes(UPLOAD)
async def create(calendar_id: int) -> Response:
    raw = await _file()
    calendar = await calendars.get(g.session, calendar_id, within=reach_of(Role.STEWARD))
    status, done, refusal = 200, None, None
    try:
        if not raw:
            raise NoFile
        done = await imports.bring_in(g.session, calendar, raw, zone=current_settings().site.tz, now=utcnow())
    except DomainError as refused:
        status, refusal = status_of(refused), refused.message
    template = "events/admin/imports/new.html"
    return await page(template, calendar=calendar, done=done, refusal=refusal, status=status)


async def _file() -> bytes:
    sent = (await request.files).get("file")
    return sent.read() if sent else b""
