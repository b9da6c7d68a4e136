from typing import Any

from quart import Blueprint, Response, g, request

from blog.forms import EditMember, NewMember
from blog.services import members, newsletters
from shared.browser.app.authz import require
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.models import User
from shared.models.grant import Role

bp = Blueprint("admin_members", __name__)


@bp.get("/admin/members/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    words = request.args.get("q", "").strip()[:100]
    found = await members.list_page(g.session, words=words, page=max(request.args.get("page", 1, type=int), 1))
    saved = "saved" in request.args
    return await page("blog/admin/members/index.html", found=found, words=words, saved=saved)


@bp.get("/admin/members/new/")
@require(Role.ADMINISTRATOR)
async def new() -> Response:
    return await page("blog/admin/members/new.html", form=Submitted.of(NewMember))


@bp.post("/admin/members/")
@require(Role.ADMINISTRATOR)
async def create() -> Response:
    form = await read_form(NewMember)
    if not form.ok:
        return await page("blog/admin/members/new.html", form=form, status=422)
    member = await members.welcome(g.session, form.value.email)
    member.name = form.value.name or member.name
    return await see_other(f"/admin/members/{member.id}/?saved=1")


@bp.get("/admin/members/<int:member_id>/")
@require(Role.ADMINISTRATOR)
async def edit(member_id: int) -> Response:
    member = await members.get(g.session, member_id)
    chosen = [str(found) for found in await members.list_subscriptions(g.session, member)]
    form = Submitted.of(EditMember, {"name": member.name, "note": member.note, "newsletters": chosen})
    return await _form(form, member)


@bp.post("/admin/members/<int:member_id>/")
@require(Role.ADMINISTRATOR)
async def update(member_id: int) -> Response:
    form = await read_form(EditMember)
    member = await members.get(g.session, member_id)
    if not form.ok:
        return await _form(form, member, status=422)
    member.name, member.note = form.value.name, form.value.note or None
    await members.subscribe(g.session, member, form.value.newsletters)
    return await see_other(f"/admin/members/{member_id}/?saved=1")


@bp.post("/admin/members/<int:member_id>/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(member_id: int) -> Response:
    await members.remove(g.session, await members.get(g.session, member_id))
    return await see_other("/admin/members/?saved=1")


async def _form(form: Submitted[EditMember], member: User, *, status: int = 200) -> Response:
    letters = await newsletters.list_active(g.session)
    context: dict[str, Any] = {"member": member, "letters": letters, "saved": "saved" in request.args}
    return await page("blog/admin/members/edit.html", form=form, status=status, **context)
