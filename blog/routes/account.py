from typing import Any

from quart import Blueprint, Response, g, request

from blog.forms import ChangeAccount, ChangeEmail
from blog.services import emails, members, newsletters, purchases
from shared.browser.app.authz import require_user
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("account", __name__)


@bp.get("/account/")
@require_user
async def show() -> Response:
    return await account_page()


@bp.post("/account/")
@require_user
async def update() -> Response:
    form = await read_form(ChangeAccount)
    if not form.ok:
        return await account_page(form, status=422)
    member = await members.rename(g.session, g.user.id, form.value.name)
    if current_settings().features.newsletters:
        await members.subscribe(g.session, member, form.value.newsletters)
    return await see_other("/account/?saved=1")


async def account_page(
    form: Submitted[ChangeAccount] | None = None,
    *,
    email_form: Submitted[ChangeEmail] | None = None,
    status: int = 200,
) -> Response:
    # First: no other app is asked while a transaction is open.
    bought = await purchases.of_member(g.user)
    context: dict[str, Any] = {
        "form": form or await _stored(),
        "email_form": email_form or Submitted.of(ChangeEmail),
        "bought": bought,
        "newsletters": await newsletters.list_active(g.session),
        "waiting": await emails.find_waiting(g.session, g.user),
        "saved": request.args.get("saved"),
    }
    return await page("blog/account/show.html", status=status, **context)


async def _stored() -> Submitted[ChangeAccount]:
    chosen = await members.list_subscriptions(g.session, g.user)
    return Submitted.of(ChangeAccount, {"name": g.user.name, "newsletters": [str(found) for found in chosen]})
