from typing import Any
from urllib.parse import urlencode

from quart import Blueprint, Response, g, request

from blog.forms import SearchAudit
from blog.services import audit_log, audit_words
from blog.services.audit_log import Wanted
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import check_form, read_form
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.models.grant import Role

bp = Blueprint("admin_audit", __name__)


@bp.get("/admin/audit/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    form = check_form(SearchAudit, request.args)
    asked = form.value if form.ok else SearchAudit()
    found = await audit_log.search(g.session, _wanted(asked), zone=current_settings().site.tz, page=asked.page)
    chosen = {name: value for name, value in asked.model_dump(exclude={"page"}).items() if value}
    context: dict[str, Any] = {"form": form, "found": found, "chosen": chosen, "query": urlencode(chosen)}
    return await page("blog/admin/audit/index.html", words=audit_words, **context)


@bp.post("/admin/audit.csv")
@require(Role.ADMINISTRATOR)
async def download() -> Response:
    """A form, because looking changes nothing, and that somebody took the log away is written into it."""
    asked = (await read_form(SearchAudit)).value
    text = await audit_log.write_csv(g.session, _wanted(asked), zone=current_settings().site.tz)
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


def _wanted(asked: SearchAudit) -> Wanted:
    return Wanted(**asked.model_dump(exclude={"page"}))
