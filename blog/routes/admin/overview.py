from quart import Blueprint, Response, g

from blog.services import desk
from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import page, see_other
from shared.infrastructure.urls import cart_url, events_url, market_url
from shared.models.grant import Role

bp = Blueprint("admin_overview", __name__)


@bp.get("/admin/")
@require(*Role)
async def show() -> Response:
    """Whoever does not write is led to where they have something to do."""
    if not g.user.reach(Role.EDITOR):
        return await see_other(_elsewhere())
    counts = await desk.count_all(g.session)
    recent = await desk.list_recent(g.session)
    return await page("blog/admin/overview/show.html", counts=counts, recent=recent)


def _elsewhere() -> str:
    if g.user.reach(Role.SHOPKEEPER):
        return market_url("/admin/")
    return events_url("/admin/") if g.user.reach(Role.STEWARD) else cart_url("/admin/")
