from quart import Blueprint, Response, g

from blog.services import members
from shared.browser.app.authz import require_admin
from shared.browser.app.utils.htmx import see_other

bp = Blueprint("admin_administrators", __name__)


@bp.post("/admin/members/<int:member_id>/administrator/")
@require_admin
async def create(member_id: int) -> Response:
    return await _set(member_id, is_admin=True)


@bp.post("/admin/members/<int:member_id>/administrator/delete/")
@require_admin
async def destroy(member_id: int) -> Response:
    return await _set(member_id, is_admin=False)


async def _set(member_id: int, *, is_admin: bool) -> Response:
    member = await members.get(g.session, member_id)
    await members.set_admin(g.session, member.email, is_admin=is_admin)
    return await see_other(f"/admin/members/{member_id}/?saved=1")
