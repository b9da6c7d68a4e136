"""A member's passkeys, below `/account/security/`."""

from quart import Blueprint, Response, g

from blog.forms import NamePasskey, NewPasskey
from blog.routes.security import HERE
from blog.services import passkeys, sign_in
from shared.browser.app.authz import require_fresh
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.db.session import transaction

bp = Blueprint("passkeys", __name__)


@bp.post("/account/security/passkeys/options/")
@require_fresh
async def options() -> Response:
    async with transaction() as session:
        found = await passkeys.offer_registration(session, g.user, current_settings())
    return Response(found, mimetype="application/json")


@bp.post("/account/security/passkeys/")
@require_fresh
async def create() -> Response:
    form = await read_form(NewPasskey)
    value = form.value
    await passkeys.register(g.session, g.user, value.credential, name=value.name, settings=current_settings())
    await sign_in.begin_with_new_factor(g.session, g.user)
    return await see_other(safe_next(value.next, current_settings(), default=f"{HERE}?saved=passkey"))


@bp.post("/account/security/passkeys/<int:passkey_id>/")
@require_fresh
async def update(passkey_id: int) -> Response:
    form = await read_form(NamePasskey)
    await passkeys.rename(g.session, g.user, passkey_id, form.value.name)
    return await see_other(f"{HERE}?saved=named")


@bp.post("/account/security/passkeys/<int:passkey_id>/delete/")
@require_fresh
async def destroy(passkey_id: int) -> Response:
    await passkeys.remove(g.session, g.user, passkey_id)
    return await see_other(f"{HERE}?saved=removed")
