from quart import Blueprint, Response, g, request

from blog.forms import EditMenuItem
from blog.services import menu
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError
from shared.models import MenuItem
from shared.models.grant import Role

bp = Blueprint("admin_menu", __name__)

FIELDS = ("label", "url", "position", "parent_id")


@bp.get("/admin/menu/")
@require(Role.EDITOR)
async def index() -> Response:
    found = await menu.list_tree(g.session)
    return await page("blog/admin/menu/index.html", found=found, saved="saved" in request.args)


@bp.get("/admin/menu/new/")
@require(Role.EDITOR)
async def new() -> Response:
    return await _form(Submitted.of(EditMenuItem, {"position": await menu.next_position(g.session)}), None)


@bp.post("/admin/menu/")
@require(Role.EDITOR)
async def create() -> Response:
    return await _save(await read_form(EditMenuItem), None)


@bp.get("/admin/menu/<int:item_id>/")
@require(Role.EDITOR)
async def edit(item_id: int) -> Response:
    item = await menu.get(g.session, item_id)
    return await _form(Submitted.of(EditMenuItem, {name: getattr(item, name) for name in FIELDS}), item)


@bp.post("/admin/menu/<int:item_id>/")
@require(Role.EDITOR)
async def update(item_id: int) -> Response:
    return await _save(await read_form(EditMenuItem), await menu.get(g.session, item_id))


@bp.post("/admin/menu/<int:item_id>/delete/")
@require(Role.EDITOR)
async def destroy(item_id: int) -> Response:
    await menu.remove(g.session, await menu.get(g.session, item_id))
    return await see_other("/admin/menu/?saved=deleted")


async def _save(form: Submitted[EditMenuItem], item: MenuItem | None) -> Response:
    if not form.ok:
        return await _form(form, item, status=422)
    row = item or MenuItem()
    for name in FIELDS:
        setattr(row, name, getattr(form.value, name))
    try:
        await menu.save(g.session, row)
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, item, status=status_of(refused))
    return await see_other("/admin/menu/?saved=1")


async def _form(form: Submitted[EditMenuItem], item: MenuItem | None, *, status: int = 200) -> Response:
    with g.session.no_autoflush:
        tops = [found for found in await menu.list_all(g.session) if found.parent_id is None and found is not item]
    return await page("blog/admin/menu/edit.html", form=form, item=item, tops=tops, status=status)
