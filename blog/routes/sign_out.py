from quart import Blueprint, Response, g

from shared.browser.app.utils.htmx import see_other
from shared.infrastructure.user_loader import end_visit

bp = Blueprint("sign_out", __name__)


@bp.post("/sign-out/")
async def create() -> Response:
    await end_visit(g.session)
    return await see_other("/")
