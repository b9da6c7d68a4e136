"""A member's authenticator app and recovery codes, below `/account/security/`."""

from urllib.parse import quote

from quart import Blueprint, Response, g, request

from blog.forms import BeginAuthenticator, ConfirmAuthenticator
from blog.routes.security import HERE
from blog.services import authenticators, recovery_codes, second_factors, sign_in
from shared.browser.app.authz import require_fresh
from shared.browser.app.limits import spend
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.utils.templates import render

bp = Blueprint("authenticators", __name__)


@bp.get("/account/security/authenticator/")
@require_fresh
async def new() -> Response:
    return await _page(Submitted.of(ConfirmAuthenticator, {"next": request.args.get("next", "")}))


@bp.post("/account/security/authenticator/")
@require_fresh
async def create() -> Response:
    wanted = (await read_form(BeginAuthenticator)).value.next
    await authenticators.begin(g.session, g.user, keys=current_settings().secret_keys)
    return await see_other(f"{HERE}authenticator/" + (f"?next={quote(wanted, safe='')}" if wanted else ""))


@bp.post("/account/security/authenticator/confirm/")
@require_fresh
async def confirm() -> Response:
    form = await read_form(ConfirmAuthenticator)
    if not form.ok:
        return await _page(form, status=422)
    await spend("second_factor", str(g.user.id))
    try:
        await authenticators.confirm(g.session, g.user, form.value.code, keys=current_settings().secret_keys)
    except second_factors.WrongDigits as error:
        form.refuse(error)
        return await _page(form, status=422)
    await sign_in.begin_with_new_factor(g.session, g.user)
    return await see_other(safe_next(form.value.next, current_settings(), default=f"{HERE}?saved=app"))


@bp.post("/account/security/authenticator/delete/")
@require_fresh
async def destroy() -> Response:
    await authenticators.remove(g.session, g.user)
    return await see_other(f"{HERE}?saved=removed")


@bp.post("/account/security/recovery-codes/")
@require_fresh
async def create_recovery_codes() -> Response:
    """The only page that ever shows them."""
    codes = await recovery_codes.make(g.session, g.user, key=current_settings().secret_key)
    return Response(await render("blog/account/recovery_codes.html", codes=codes), mimetype="text/html")


async def _page(form: Submitted[ConfirmAuthenticator], *, status: int = 200) -> Response:
    settings = current_settings()
    secret = await authenticators.pending_secret(g.session, g.user, keys=settings.secret_keys)
    if secret is None:
        return await see_other(HERE)
    address = authenticators.address(secret, g.user, site=settings.site.name)
    return await page("blog/account/authenticator.html", form=form, secret=secret, address=address, status=status)
