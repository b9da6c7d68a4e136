from quart import Blueprint, Response, g, request

from blog.forms import EditAuthor
from blog.models import Author
from blog.services import authors
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError
from shared.models.grant import Role
from shared.utils import slugify

bp = Blueprint("admin_authors", __name__)

FIELDS = ("name", "slug", "bio", "image")


@bp.get("/admin/authors/")
@require(Role.EDITOR)
async def index() -> Response:
    found = await authors.list_all(g.session)
    return await page("blog/admin/authors/index.html", found=found, saved="saved" in request.args)


@bp.get("/admin/authors/new/")
@require(Role.EDITOR)
async def new() -> Response:
    return await _form(Submitted.of(EditAuthor), None)


@bp.post("/admin/authors/")
@require(Role.EDITOR)
async def create() -> Response:
    return await _save(await read_form(EditAuthor), None)


@bp.get("/admin/authors/<int:author_id>/")
@require(Role.EDITOR)
async def edit(author_id: int) -> Response:
    author = await authors.get(g.session, author_id)
    return await _form(Submitted.of(EditAuthor, {name: getattr(author, name) for name in FIELDS}), author)


@bp.post("/admin/authors/<int:author_id>/")
@require(Role.EDITOR)
async def update(author_id: int) -> Response:
    return await _save(await read_form(EditAuthor), await authors.get(g.session, author_id))


@bp.post("/admin/authors/<int:author_id>/delete/")
@require(Role.EDITOR)
async def destroy(author_id: int) -> Response:
    await authors.remove(g.session, await authors.get(g.session, author_id))
    return await see_other("/admin/authors/?saved=deleted")


async def _save(form: Submitted[EditAuthor], author: Author | None) -> Response:
    if not form.ok:
        return await _form(form, author, status=422)
    row = author or Author()
    for name in FIELDS:
        setattr(row, name, getattr(form.value, name))
    row.slug = form.value.slug or slugify(form.value.name)
    try:
        await authors.save(g.session, row)
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, author, status=status_of(refused))
    return await see_other("/admin/authors/?saved=1")


async def _form(form: Submitted[EditAuthor], author: Author | None, *, status: int = 200) -> Response:
    return await page("blog/admin/authors/edit.html", form=form, author=author, status=status)
