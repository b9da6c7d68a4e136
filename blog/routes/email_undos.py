"""Without signing in: whoever reads the old address's mail may not get into the account any more."""

from quart import Blueprint, Response, g

from blog.services import email_undos
from shared.browser.app.utils.htmx import page, see_other

bp = Blueprint("email_undos", __name__, url_prefix="/account/email/undo")


@bp.get("/<token>/")
async def show(token: str) -> Response:
    """Only asks: mail scanners open links too, and must not use them up."""
    undo = await email_undos.get_open(g.session, token)
    return await page("blog/account/email_undo.html", undo=undo, token=token)


@bp.post("/<token>/")
async def update(token: str) -> Response:
    await email_undos.use(g.session, token)
    return await see_other("/account/email/undone/")
