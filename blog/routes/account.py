from quart import Blueprint, Response, g, request

from blog.forms import ChangeAccount, ChangeEmail
from blog.services import emails, members, purchases
from shared.browser.app.authz import require_user
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other

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
    await members.rename(g.session, g.user.id, form.value.name)
    return await see_other("/account/?saved=1")


async def account_page(
    form: Submitted[ChangeAccount] | None = None,
    *,
    email_form: Submitted[ChangeEmail] | None = None,
    status: int = 200,
) -> Response:
    # First: no other app is asked while a transaction is open.
    bought = await purchases.of_member(g.user)
    return await page(
        "blog/account/show.html",
        status=status,
        form=form or Submitted.of(ChangeAccount, {"name": g.user.name}),
        email_form=email_form or Submitted.of(ChangeEmail),
        bought=bought,
        waiting=await emails.find_waiting(g.session, g.user),
        saved=request.args.get("saved"),
    )
