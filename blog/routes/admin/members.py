from typing import Any

from quart import Blueprint, Response, g, request

from blog.forms import EditMember, GiveRole, NewMember
from blog.services import erasures, members, newsletters, posts
from blog.services.members import About
from shared.browser.app.authz import require, require_fresh
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings
from shared.models import User
from shared.models.grant import Role

bp = Blueprint("admin_members", __name__)

# The mightiest last, so that nobody gives it by pressing the button twice.
ROLES = [*(role for role in Role if role is not Role.ADMINISTRATOR), Role.ADMINISTRATOR]


@bp.get("/admin/members/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    words = request.args.get("q", "").strip()[:100]
    found = await members.list_page(g.session, words=words, page=max(request.args.get("page", 1, type=small_number), 1))
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
    member = await members.invite(g.session, form.value.email, form.value.name)
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
    about = About(form.value.name, form.value.note or None, form.value.newsletters)
    await members.change(g.session, member, about)
    return await see_other(f"/admin/members/{member_id}/?saved=1")


@bp.post("/admin/members/<int:member_id>/delete/")
@require(Role.ADMINISTRATOR)
@require_fresh
async def destroy(member_id: int) -> Response:
    member = await members.get(g.session, member_id)
    await erasures.erase(g.session, member, secret_key=current_settings().secret_key)
    return await see_other("/admin/members/?saved=1")


async def _form(form: Submitted[EditMember], member: User, *, status: int = 200) -> Response:
    letters = await newsletters.list_active(g.session)
    context: dict[str, Any] = {"member": member, "letters": letters, "saved": request.args.get("saved")}
    context["pages"] = {page.id: page.title for page in await posts.list_pages_named(g.session)}
    context["roles"], context["grant"] = ROLES, Submitted.of(GiveRole, {"role": ROLES[0]})
    return await page("blog/admin/members/edit.html", form=form, status=status, **context)
