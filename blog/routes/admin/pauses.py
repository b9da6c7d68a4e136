from quart import Blueprint, Response, g

from blog.forms import NameConsumer
from blog.services import bus
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.models.grant import Role

bp = Blueprint("admin_pauses", __name__)


@bp.post("/admin/bus/pauses/")
@require(Role.ADMINISTRATOR)
async def create() -> Response:
    await bus.pause(g.session, (await read_form(NameConsumer)).value.consumer)
    return await see_other("/admin/bus/?saved=paused")


@bp.post("/admin/bus/pauses/<consumer>/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(consumer: str) -> Response:
    await bus.resume(g.session, consumer)
    return await see_other("/admin/bus/?saved=resumed")
