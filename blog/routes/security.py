"""`/account/security/`: where a member is signed in, and what else they can show beside the mailed link."""

from typing import Any

from quart import Blueprint, Response, g, request

from blog.services import authenticators, passkeys
from shared.browser.app.authz import require_user
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.errors import NotFound
from shared.infrastructure.user_loader import end_visits, list_visits

bp = Blueprint("security", __name__)

HERE = "/account/security/"


@bp.get("/account/security/")
@require_user
async def show() -> Response:
    has_app, codes_left = await authenticators.count_ways(g.session, g.user)
    found: dict[str, Any] = {
        "visits": await list_visits(g.session, g.user),
        "passkeys": await passkeys.list_passkeys(g.session, g.user),
        "has_app": has_app,
        "codes_left": codes_left,
    }
    return await page(
        "blog/account/security.html",
        **found,
        here=g.visit,
        needed="needed" in request.args,
        wanted=safe_next(request.args.get("next"), current_settings(), default=""),
        saved=request.args.get("saved"),
    )


@bp.post("/account/security/sessions/<public_id>/delete/")
@require_user
async def end_session(public_id: str) -> Response:
    if not await end_visits(g.session, g.user.id, only=public_id):
        raise NotFound
    return await see_other(f"{HERE}?saved=ended")


@bp.post("/account/security/sessions/delete/")
@require_user
async def end_others() -> Response:
    await end_visits(g.session, g.user.id, but=g.visit.id)
    return await see_other(f"{HERE}?saved=ended")
