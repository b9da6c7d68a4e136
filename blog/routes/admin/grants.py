from quart import Blueprint, Response, g

from blog.forms import GiveRole
from blog.services import grants, members, posts
from shared.browser.app.authz import require, require_fresh
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.models.grant import Role

bp = Blueprint("admin_grants", __name__, url_prefix="/admin/members/<int:member_id>/grants")


@bp.post("/")
@require(Role.ADMINISTRATOR)
@require_fresh
async def create(member_id: int) -> Response:
    form = (await read_form(GiveRole)).value
    member = await members.get(g.session, member_id)
    if form.page_id:
        await posts.get_page_named(g.session, form.page_id)
    await grants.give(g.session, member, form.right())
    return await see_other(f"/admin/members/{member_id}/?saved=role#roles")


@bp.post("/delete/")
@require(Role.ADMINISTRATOR)
@require_fresh
async def destroy(member_id: int) -> Response:
    form = (await read_form(GiveRole)).value
    member = await members.get(g.session, member_id)
    await grants.take(g.session, member, form.right())
    return await see_other(f"/admin/members/{member_id}/?saved=role#roles")
