from typing import Any

from quart import Blueprint, Response, current_app, g, request

from blog.forms import WritePost
from blog.models import Post
from blog.routes.admin.manuscript import blank, filled, form_page, with_feature_image
from blog.services import desk, rendering, writing
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.sizes import UPLOAD, takes
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings
from shared.db.session import get_session
from shared.errors import DomainError
from shared.models.grant import Role

bp = Blueprint("admin_posts", __name__)

KINDS = {"posts": "post", "pages": "page"}
SECTION = "/admin/<any(posts, pages):section>/"


@bp.get(SECTION)
@require(Role.EDITOR)
async def index(section: str) -> Response:
    status = request.args.get("status", "")
    number = request.args.get("page", 1, type=small_number)
    found = await desk.list_page(g.session, KINDS[section], status=status, page=number)
    deleted = "deleted" in request.args
    return await page("blog/admin/posts/index.html", section=section, found=found, chosen=status, deleted=deleted)


@bp.get(f"{SECTION}new/")
@require(Role.EDITOR)
async def new(section: str) -> Response:
    return await form_page(section, await blank(g.session, g.user), None)


@bp.post(SECTION)
@require(Role.EDITOR)
@takes(UPLOAD)
async def create(section: str) -> Response:
    form = await read_form(WritePost)
    if not form.ok:
        return await form_page(section, form, None, status=422)
    try:
        body = await _render(form.value, original="")
        draft = await with_feature_image(form.value.draft())
        post = await writing.create(g.session, KINDS[section], draft, body, by=g.user)
    except DomainError as refused:
        form.refuse(refused)
        return await form_page(section, form, None, status=status_of(refused))
    return await see_other(f"/admin/{section}/{post.id}/?saved=created")


@bp.get(f"{SECTION}<int:post_id>/")
@require(Role.EDITOR)
async def edit(section: str, post_id: int) -> Response:
    post = await desk.get_for_edit(g.session, post_id, KINDS[section])
    return await form_page(section, filled(post), post)


@bp.post(f"{SECTION}<int:post_id>/")
@require(Role.EDITOR)
@takes(UPLOAD)
async def update(section: str, post_id: int) -> Response:
    form = await read_form(WritePost)
    post = await _stored(section, post_id)
    if not form.ok:
        return await form_page(section, form, post, status=422)
    try:
        body = await _render(form.value, original=post.lexical)
        draft = await with_feature_image(form.value.draft())
        await writing.update_text(g.session, post_id, draft, body, version=form.value.version)
    except DomainError as refused:
        form.refuse(refused)
        # The next save knows of the other's text, and may replace it.
        form.values["version"] = (await _stored(section, post_id)).version
        return await form_page(section, form, post, status=status_of(refused))
    return await see_other(f"/admin/{section}/{post_id}/?saved=updated")


@bp.post(f"{SECTION}<int:post_id>/delete/")
@require(Role.EDITOR)
async def destroy(section: str, post_id: int) -> Response:
    await writing.remove(g.session, post_id)
    return await see_other(f"/admin/{section}/?deleted=1")


async def _stored(section: str, post_id: int) -> Post:
    """Outside the request's transaction, which must not be open while the text is rendered."""
    async with get_session(read_only=True) as session:
        return await desk.get_for_edit(session, post_id, KINDS[section])


async def _render(form: WritePost, *, original: str) -> rendering.Body:
    lexical = rendering.written(lexical=form.lexical, source=form.body, original=original)
    koenig: Any = current_app.extensions["koenig"]
    return await rendering.render(koenig, lexical, visibility=form.visibility, site_url=current_settings().apps.blog)
