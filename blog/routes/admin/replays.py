from quart import Blueprint, Response, g

from blog.forms import ReplayLetters
from blog.services import bus
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.models.grant import Role

bp = Blueprint("admin_replays", __name__)


@bp.post("/admin/bus/replays/")
@require(Role.ADMINISTRATOR)
async def create() -> Response:
    wanted = (await read_form(ReplayLetters)).value
    await bus.replay(g.session, event_id=wanted.event_id, handler=wanted.handler)
    return await see_other("/admin/bus/?saved=replayed")
