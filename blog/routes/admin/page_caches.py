from quart import Blueprint, Response, g, request

from blog.services import page_caches
from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import page, see_other
from shared.models.grant import Role

bp = Blueprint("admin_page_caches", __name__, url_prefix="/admin/cache")


@bp.get("/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    found = await page_caches.list_all()
    saved = request.args.get("saved")
    return await page("blog/admin/page_caches/index.html", caches=found, reasons=page_caches.REASONS, saved=saved)


@bp.post("/delete/")
@require(Role.ADMINISTRATOR)
async def destroy() -> Response:
    page_caches.throw_away(g.session)
    return await see_other("/admin/cache/?saved=emptied")
