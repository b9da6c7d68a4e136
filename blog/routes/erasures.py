from quart import Blueprint, Response, g

from blog.forms import EraseAccount
from blog.services import erasures, members
from shared.browser.app.authz import require_fresh
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.infrastructure.user_loader import end_visit

bp = Blueprint("erasures", __name__, url_prefix="/account")


@bp.get("/erasure/")
@require_fresh
async def new() -> Response:
    return await page("blog/account/erasure.html", form=Submitted.of(EraseAccount))


@bp.post("/erasure/")
@require_fresh
async def create() -> Response:
    form = await read_form(EraseAccount)
    if not form.ok:
        return await page("blog/account/erasure.html", form=form, status=422)
    member = await members.get(g.session, g.user.id)
    await erasures.request(g.session, member)
    await end_visit(g.session)
    return await see_other("/account/erased/")


@bp.get("/erased/")
async def show() -> Response:
    return await page("blog/account/erased.html")
