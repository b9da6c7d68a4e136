from quart import Blueprint, Response

from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import page
from shared.models.grant import Role
from shared.utils import utcnow

bp = Blueprint("admin_components", __name__)


@bp.get("/_components/")
@require(Role.ADMINISTRATOR)
async def show() -> Response:
    """Every component as it looks, for those who write templates."""
    return await page("_components.html", now=utcnow())
