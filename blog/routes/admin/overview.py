from quart import Blueprint, Response, g

from blog.services import desk
from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import page
from shared.models.grant import Role

bp = Blueprint("admin_overview", __name__)


@bp.get("/admin/")
@require(Role.EDITOR)
async def show() -> Response:
    counts = await desk.count_all(g.session)
    recent = await desk.list_recent(g.session)
    return await page("blog/admin/overview/show.html", counts=counts, recent=recent)
