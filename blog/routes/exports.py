import json

from quart import Blueprint, Response, g

from blog.services import exports
from shared.browser.app.authz import require_fresh, require_user
from shared.browser.app.utils.htmx import page

bp = Blueprint("exports", __name__)


@bp.get("/account/data/")
@require_user
async def index() -> Response:
    return await page("blog/account/data.html")


@bp.get("/account/everything.json")
@require_fresh
async def show() -> Response:
    found = await exports.gather(g.session, g.user)
    response = Response(json.dumps(found, indent=2, ensure_ascii=False), mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="everything-we-hold.json"'
    return response
