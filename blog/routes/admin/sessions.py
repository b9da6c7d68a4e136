from quart import Blueprint, Response, g

from blog.services import members, second_factors
from shared.browser.app.authz import require, require_fresh
from shared.browser.app.utils.htmx import see_other
from shared.models.grant import Role

bp = Blueprint("admin_sessions", __name__, url_prefix="/admin/members/<int:member_id>")


@bp.post("/sessions/delete/")
@require(Role.ADMINISTRATOR)
@require_fresh
async def destroy(member_id: int) -> Response:
    """Signed out of every browser, at once."""
    await members.sign_out_everywhere(g.session, await members.get(g.session, member_id))
    return await see_other(f"/admin/members/{member_id}/?saved=signed-out")


@bp.post("/second-factors/delete/")
@require(Role.ADMINISTRATOR)
@require_fresh
async def remove_factors(member_id: int) -> Response:
    """Device and codes are lost: everything is taken away, and whoever has them is signed out."""
    member = await members.get(g.session, member_id)
    await second_factors.remove_all(g.session, member)
    await members.sign_out_everywhere(g.session, member)
    return await see_other(f"/admin/members/{member_id}/?saved=signed-out")
