"""`/account/newsletters/`: which newsletters a member reads."""

from quart import Blueprint, Response, g, request

from blog.forms import ChooseNewsletters
from blog.services import members, newsletters
from shared.browser.app.authz import require_user
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.errors import NotFound

bp = Blueprint("subscriptions", __name__)

HERE = "/account/newsletters/"


@bp.before_request
async def only_where_there_are_any() -> None:
    if not current_settings().features.newsletters:
        raise NotFound


@bp.get(HERE)
@require_user
async def edit() -> Response:
    chosen = await members.list_subscriptions(g.session, g.user)
    return await _page(Submitted.of(ChooseNewsletters, {"newsletters": [str(found) for found in chosen]}))


@bp.post(HERE)
@require_user
async def update() -> Response:
    form = await read_form(ChooseNewsletters)
    if not form.ok:
        return await _page(form, status=422)
    await members.subscribe(g.session, g.user, form.value.newsletters)
    return await see_other(f"{HERE}?saved=1")


async def _page(form: Submitted[ChooseNewsletters], *, status: int = 200) -> Response:
    found = await newsletters.list_active(g.session)
    saved = request.args.get("saved", "")
    return await page("blog/account/newsletters.html", form=form, newsletters=found, saved=saved, status=status)
