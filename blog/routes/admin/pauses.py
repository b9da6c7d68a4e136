from quart import Blueprint, Response, g

from blog.forms import NameConsumer
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.events import operations
from shared.models.grant import Role

bp = Blueprint("admin_pauses", __name__)


@bp.post("/admin/bus/pauses/")
@require(Role.ADMINISTRATOR)
async def create() -> Response:
    await operations.pause(g.session, (await read_form(NameConsumer)).value.consumer)
    return await see_other("/admin/bus/?saved=paused")


@bp.post("/admin/bus/pauses/<consumer>/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(consumer: str) -> Response:
    await operations.pause(g.session, consumer, paused=False)
    return await see_other("/admin/bus/?saved=resumed")
