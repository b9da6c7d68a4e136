from quart import Blueprint, Response, g

from blog.forms import Publish
from blog.services import writing
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.time import from_zone
from shared.models.grant import Role

bp = Blueprint("admin_publications", __name__)


@bp.post("/admin/<any(posts, pages):section>/<int:post_id>/publication/")
@require(Role.EDITOR)
async def create(section: str, post_id: int) -> Response:
    form = (await read_form(Publish)).value
    moment = from_zone(form.at, current_settings().site.tz) if form.at else None
    post = await writing.publish(g.session, post_id, at=moment)
    return await see_other(f"/admin/{section}/{post_id}/?saved={post.status}")


@bp.post("/admin/<any(posts, pages):section>/<int:post_id>/publication/delete/")
@require(Role.EDITOR)
async def destroy(section: str, post_id: int) -> Response:
    await writing.unpublish(g.session, post_id)
    return await see_other(f"/admin/{section}/{post_id}/?saved=draft")
