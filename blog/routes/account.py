from typing import Any

from quart import Blueprint, Response, g, request

from blog.forms import ChangeAccount
from blog.services import members, newsletters, purchases
from shared.browser.app.authz import require_user
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("account", __name__)


@bp.get("/account/")
@require_user
async def show() -> Response:
    chosen = await members.list_subscriptions(g.session, g.user)
    form = Submitted.of(ChangeAccount, {"name": g.user.name, "newsletters": [str(found) for found in chosen]})
    return await _page(form)


@bp.post("/account/")
@require_user
async def update() -> Response:
    form = await read_form(ChangeAccount)
    if not form.ok:
        return await _page(form, status=422)
    member = await members.rename(g.session, g.user.id, form.value.name)
    if current_settings().features.newsletters:
        await members.subscribe(g.session, member, form.value.newsletters)
    return await see_other("/account/?saved=1")


async def _page(form: Submitted[ChangeAccount], *, status: int = 200) -> Response:
    bought = await purchases.of_member(g.user)
    choices = await newsletters.list_active(g.session)
    saved = "saved" in request.args
    context: dict[str, Any] = {"form": form, "newsletters": choices, "bought": bought, "saved": saved}
    return await page("blog/account/show.html", status=status, **context)
