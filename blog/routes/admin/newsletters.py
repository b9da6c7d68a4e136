from quart import Blueprint, Response, g, request

from blog.forms import EditNewsletter
from blog.services import newsletters
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError
from shared.models import GhostNewsletter
from shared.models.grant import Role
from shared.utils import slugify

bp = Blueprint("admin_newsletters", __name__)

FIELDS = ("name", "slug", "description", "is_active", "subscribe_on_signup", "sort_order")


@bp.get("/admin/newsletters/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    found = await newsletters.list_with_counts(g.session)
    return await page("blog/admin/newsletters/index.html", found=found, saved="saved" in request.args)


@bp.get("/admin/newsletters/new/")
@require(Role.ADMINISTRATOR)
async def new() -> Response:
    return await _form(Submitted.of(EditNewsletter), None)


@bp.post("/admin/newsletters/")
@require(Role.ADMINISTRATOR)
async def create() -> Response:
    return await _save(await read_form(EditNewsletter), None)


@bp.get("/admin/newsletters/<int:newsletter_id>/")
@require(Role.ADMINISTRATOR)
async def edit(newsletter_id: int) -> Response:
    newsletter = await newsletters.get(g.session, newsletter_id)
    return await _form(Submitted.of(EditNewsletter, {name: getattr(newsletter, name) for name in FIELDS}), newsletter)


@bp.post("/admin/newsletters/<int:newsletter_id>/")
@require(Role.ADMINISTRATOR)
async def update(newsletter_id: int) -> Response:
    return await _save(await read_form(EditNewsletter), await newsletters.get(g.session, newsletter_id))


@bp.post("/admin/newsletters/<int:newsletter_id>/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(newsletter_id: int) -> Response:
    await newsletters.remove(g.session, await newsletters.get(g.session, newsletter_id))
    return await see_other("/admin/newsletters/?saved=deleted")


async def _save(form: Submitted[EditNewsletter], newsletter: GhostNewsletter | None) -> Response:
    if not form.ok:
        return await _form(form, newsletter, status=422)
    row = newsletter or GhostNewsletter()
    for name in FIELDS:
        setattr(row, name, getattr(form.value, name))
    row.slug = form.value.slug or slugify(form.value.name)
    try:
        await newsletters.save(g.session, row)
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, newsletter, status=status_of(refused))
    return await see_other("/admin/newsletters/?saved=1")


async def _form(form: Submitted[EditNewsletter], newsletter: GhostNewsletter | None, *, status: int = 200) -> Response:
    return await page("blog/admin/newsletters/edit.html", form=form, newsletter=newsletter, status=status)
