from quart import Blueprint, Response, g

from blog.forms import ChangeEmail
from blog.routes.account import account_page
from blog.services import emails
from shared.browser.app.authz import require_fresh, require_user
from shared.browser.app.limits import spend
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.infrastructure.user_loader import end_visits

bp = Blueprint("emails", __name__, url_prefix="/account/email")


@bp.post("/")
@require_fresh
async def create() -> Response:
    form = await read_form(ChangeEmail)
    if not form.ok:
        return await account_page(email_form=form, status=422)
    await spend("email_change", f"user:{g.user.id}")
    await emails.request(g.session, g.user, form.value.email, key=current_settings().secret_key)
    return await see_other("/account/?saved=email#address")


@bp.post("/delete/")
@require_user
async def destroy() -> Response:
    await emails.cancel(g.session, g.user)
    return await see_other("/account/?saved=kept#address")


@bp.get("/undone/")
async def undone() -> Response:
    return await page("blog/account/email_undone.html")


@bp.get("/<token>/")
@require_user
async def show(token: str) -> Response:
    """Only asks: mail scanners open links too, and must not use them up."""
    change = await emails.get_open(g.session, g.user, token)
    return await page("blog/account/email.html", change=change, token=token)


@bp.post("/<token>/")
@require_user
async def update(token: str) -> Response:
    member = await emails.confirm(g.session, g.user.id, token, key=current_settings().secret_key)
    await end_visits(g.session, member.id, but=g.visit.id)
    return await see_other("/account/?saved=changed#address")
