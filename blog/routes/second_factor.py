"""What is shown beside the mailed link: a passkey, the digits of an app, or a recovery code."""

from typing import Any
from urllib.parse import quote

from quart import Blueprint, Response, g, jsonify, request

from blog.forms import SecondFactor, ShowPasskey
from blog.services import authenticators, passkeys, second_factors, sign_in
from shared.browser.app.authz import require_user
from shared.browser.app.limits import limited, spend
from shared.browser.app.networks import client_network
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.browser.app.watch import watch
from shared.db.session import transaction
from shared.models import User

bp = Blueprint("second_factor", __name__)


@bp.get("/sign-in/second/")
@require_user
async def new() -> Response:
    if not await second_factors.has_any(g.session, g.user):
        wanted = safe_next(request.args.get("next"), current_settings())
        return await see_other(f"/account/security/?needed=1&next={quote(wanted, safe='')}")
    return await _page(Submitted.of(SecondFactor, {"next": request.args.get("next", "")}))


@bp.post("/sign-in/second/")
@require_user
async def create() -> Response:
    form = await read_form(SecondFactor)
    if not form.ok:
        return await _page(form, status=422)
    await spend("second_factor", str(g.user.id))
    settings = current_settings()
    try:
        await authenticators.check(g.session, g.user, form.value.code, keys=settings.secret_keys)
    except second_factors.WrongDigits as error:
        watch("sign-in failed", reason="WrongDigits")
        form.refuse(error)
        return await _page(form, status=422)
    return await _go_on(g.user, form.value.next)


@bp.get("/sign-in/again/")
@require_user
async def again() -> Response:
    """Before something that would hurt in wrong hands: the second factor, or a new mail."""
    form = Submitted.of(SecondFactor, {"next": request.args.get("next", "")})
    if await second_factors.has_any(g.session, g.user):
        return await _page(form)
    return await page("blog/sign_in/again.html", form=form, unsent="unsent" in request.args)


@bp.post("/sign-in/passkey/options/")
@limited("passkey")
async def options() -> Response:
    # Committed before the device is asked.
    async with transaction() as session:
        found = await passkeys.offer_sign_in(session, current_settings())
    return Response(found, mimetype="application/json")


@bp.post("/sign-in/passkey/")
async def show_passkey() -> Response:
    """From the script: where to go on, as JSON. Signs in whoever's key it is, the second factor with it."""
    await spend("passkey", client_network())
    form = await read_form(ShowPasskey)
    try:
        user = await passkeys.check(g.session, form.value.credential, current_settings())
    except passkeys.PasskeyRefused:
        watch("sign-in failed", reason="PasskeyRefused")
        raise
    await sign_in.begin(g.session, user, second_factor=True)
    return jsonify({"next": safe_next(form.value.next, current_settings())})


async def _go_on(user: User, wanted: str) -> Response:
    await sign_in.begin(g.session, user, second_factor=True)
    return await see_other(safe_next(wanted, current_settings()))


async def _page(form: Submitted[SecondFactor], *, status: int = 200) -> Response:
    context: dict[str, Any] = {
        "has_app": await authenticators.has_authenticator(g.session, g.user),
        "has_passkey": bool(await passkeys.list_passkeys(g.session, g.user)),
        "unsent": "unsent" in request.args,
    }
    return await page("blog/sign_in/second.html", form=form, status=status, **context)
