"""Without signing in: whoever reads the old address's mail may not get into the account any more."""

from quart import Blueprint, Response, g

from blog.services import email_undos
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("email_undos", __name__, url_prefix="/account/email/undo")


@bp.get("/<token>/")
async def show(token: str) -> Response:
    """Only asks: mail scanners open links too, and must not use them up."""
    undo = await email_undos.get_open(g.session, token)
    return await page("blog/account/email_undo.html", undo=undo, token=token)


@bp.post("/<token>/")
async def update(token: str) -> Response:
    gives_way = await email_undos.find_who_gives_way(token)
    await email_undos.use(g.session, token, gives_way=gives_way, settings=current_settings())
    return await see_other("/account/email/undone/")
