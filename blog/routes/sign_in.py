from quart import Blueprint, Response, g, request

from blog.forms import SignIn
from blog.services import sign_in
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.infrastructure.http_utils import safe_next

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in/")
async def new() -> Response:
    form = Submitted.of(SignIn, {"next": request.args.get("next", "")})
    return await page("blog/sign_in/new.html", form=form, worn_out=None)


@bp.post("/sign-in/")
async def create() -> Response:
    form = await read_form(SignIn)
    if not form.ok:
        return await page("blog/sign_in/new.html", form=form, worn_out=None, status=422)
    settings = current_settings()
    wanted = safe_next(form.value.next, settings)
    await sign_in.request_link(g.session, form.value.email, next_url=wanted, key=settings.secret_key)
    return await see_other("/sign-in/sent/")


@bp.get("/sign-in/sent/")
async def sent() -> Response:
    return await page("blog/sign_in/sent.html")


@bp.get("/sign-in/<token>/")
async def show(token: str) -> Response:
    """Only asks: mail scanners open links too, and must not use them up."""
    link = await sign_in.find_open_link(g.session, token)
    if link is None:
        return await _worn_out()
    return await page("blog/sign_in/show.html", link=link, token=token)


@bp.post("/sign-in/<token>/")
async def update(token: str) -> Response:
    try:
        _, wanted = await sign_in.use_link(g.session, token)
    except sign_in.LinkWornOut:
        return await _worn_out()
    return await see_other(safe_next(wanted, current_settings()))


async def _worn_out() -> Response:
    form = Submitted.of(SignIn)
    return await page("blog/sign_in/new.html", form=form, worn_out=sign_in.LinkWornOut.message, status=409)


@bp.after_request
async def keep_links_to_ourselves(response: Response) -> Response:
    """The secret is in the address, so no other site is told it."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response
