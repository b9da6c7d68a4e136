from quart import Blueprint, Response, g, request

from blog.forms import EditTag
from blog.models import Tag
from blog.services import tags
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError
from shared.models.grant import Role
from shared.utils import slugify

bp = Blueprint("admin_tags", __name__)

FIELDS = ("name", "slug", "description", "is_internal")


@bp.get("/admin/tags/")
@require(Role.EDITOR)
async def index() -> Response:
    found = await tags.list_with_counts(g.session)
    return await page("blog/admin/tags/index.html", found=found, saved="saved" in request.args)


@bp.get("/admin/tags/new/")
@require(Role.EDITOR)
async def new() -> Response:
    return await _form(Submitted.of(EditTag), None)


@bp.post("/admin/tags/")
@require(Role.EDITOR)
async def create() -> Response:
    return await _save(await read_form(EditTag), None)


@bp.get("/admin/tags/<int:tag_id>/")
@require(Role.EDITOR)
async def edit(tag_id: int) -> Response:
    tag = await tags.get(g.session, tag_id)
    return await _form(Submitted.of(EditTag, {name: getattr(tag, name) for name in FIELDS}), tag)


@bp.post("/admin/tags/<int:tag_id>/")
@require(Role.EDITOR)
async def update(tag_id: int) -> Response:
    return await _save(await read_form(EditTag), await tags.get(g.session, tag_id))


@bp.post("/admin/tags/<int:tag_id>/delete/")
@require(Role.EDITOR)
async def destroy(tag_id: int) -> Response:
    await tags.remove(g.session, await tags.get(g.session, tag_id))
    return await see_other("/admin/tags/?saved=deleted")


async def _save(form: Submitted[EditTag], tag: Tag | None) -> Response:
    if not form.ok:
        return await _form(form, tag, status=422)
    row = tag or Tag()
    for name in FIELDS:
        setattr(row, name, getattr(form.value, name))
    row.slug = form.value.slug or slugify(form.value.name)
    try:
        await tags.save(g.session, row)
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, tag, status=status_of(refused))
    return await see_other("/admin/tags/?saved=1")


async def _form(form: Submitted[EditTag], tag: Tag | None, *, status: int = 200) -> Response:
    return await page("blog/admin/tags/edit.html", form=form, tag=tag, status=status)
