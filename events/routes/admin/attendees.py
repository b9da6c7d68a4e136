from quart import Blueprint, Response, g

from events.routes.paging import page_number
from events.services import attendees, entries
from shared.browser.app.authz import reach_of, require
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.models.grant import Role

bp = Blueprint("admin_attendees", __name__)


@bp.get("/admin/entries/<int:entry_id>/attendees/")
@require(Role.STEWARD)
async def index(entry_id: int) -> Response:
    entry = await entries.get_editable(g.session, entry_id, within=reach_of(Role.STEWARD))
    found = await attendees.list_of_entry(g.session, entry_id, page=page_number())
    return await page("events/admin/attendees/index.html", entry=entry, found=found)


@bp.get("/admin/entries/<int:entry_id>/attendees.csv")
@require(Role.STEWARD)
async def download(entry_id: int) -> Response:
    entry = await entries.get_editable(g.session, entry_id, within=reach_of(Role.STEWARD))
    text = await attendees.write_csv(g.session, entry_id, zone=current_settings().site.tz)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="attendees-{entry.slug}.csv"'
    return response
