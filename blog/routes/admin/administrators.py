from quart import Blueprint, Response, g

from blog.services import grants, members
from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import see_other
from shared.models.grant import Right, Role

bp = Blueprint("admin_administrators", __name__)


@bp.post("/admin/members/<int:member_id>/administrator/")
@require(Role.ADMINISTRATOR)
async def create(member_id: int) -> Response:
    return await _set(member_id, is_admin=True)


@bp.post("/admin/members/<int:member_id>/administrator/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(member_id: int) -> Response:
    return await _set(member_id, is_admin=False)


async def _set(member_id: int, *, is_admin: bool) -> Response:
    member = await members.get(g.session, member_id)
    change = grants.give if is_admin else grants.take
    await change(g.session, member, Right(Role.ADMINISTRATOR))
    return await see_other(f"/admin/members/{member_id}/?saved=1")
