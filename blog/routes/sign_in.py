from contextlib import suppress

from quart import Blueprint, Response, g, request

from blog.forms import SignIn, SignInCode
from blog.routes import asking
from blog.services import newsletters, sign_in
from blog.services.sign_in import Wish
from shared.browser.app.limits import limited, spend
from shared.browser.app.networks import client_network
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.paths import safe_next
from shared.browser.app.utils.settings import current_settings
from shared.db.session import transaction
from shared.errors import TooMany
from shared.models import MagicLink
from shared.utils import random_token

bp = Blueprint("sign_in", __name__)


@bp.get("/sign-in/")
async def new() -> Response:
    email = g.user.email if g.user else ""
    form = Submitted.of(SignIn, {"next": request.args.get("next", ""), "email": email})
    return await _ask(form)


@bp.post("/sign-in/")
async def create() -> Response:
    """Too many, and nobody is told: whoever asks for another's address learns nothing."""
    browser, email = await asking.known_browser() or random_token(32), ""
    with suppress(TooMany):
        # Counted before anything is read: what is refused costs us too.
        await spend("sign_in_network", client_network())
        form = await read_form(SignIn)
        if not form.ok:
            return await _ask(form, status=422)
        email = form.value.email
        await asking.request_link(email, _wish(form.value), browser=browser)
    return await asking.answer(browser, email)


@bp.get("/sign-in/sent/")
async def sent() -> Response:
    return await _sent(Submitted.of(SignInCode))


@bp.post("/sign-in/code/")
@limited("sign_in_code")
async def check() -> Response:
    form = await read_form(SignInCode)
    if not form.ok:
        return await _sent(form, status=422)
    async with transaction() as session:
        tried = await sign_in.take_try(session, asking.cookie())
    try:
        _, wanted = await sign_in.use_code(g.session, tried, form.value.code, keys=current_settings().secret_keys)
    except (sign_in.WrongCode, sign_in.LinkWornOut) as error:
        form.refuse(error, field="code")
        return await _sent(form, status=422)
    return await see_other(safe_next(wanted, current_settings()))


@bp.get("/sign-in/<token>/")
async def show(token: str) -> Response:
    """Only asks: mail scanners open links too, and must not use them up."""
    link = await sign_in.find_open_link(g.session, token)
    if link is None:
        return await _worn_out()
    if not sign_in.asked_here(link, asking.cookie()):
        return await _elsewhere(link)
    chosen = await newsletters.list_names(g.session, link.newsletters)
    return await page("blog/sign_in/show.html", link=link, chosen=chosen, token=token)


@bp.post("/sign-in/<token>/")
async def update(token: str) -> Response:
    try:
        _, wanted = await sign_in.use_link(g.session, token, browser=asking.cookie())
    except sign_in.LinkWornOut:
        return await _worn_out()
    except sign_in.WrongBrowser:
        link = await sign_in.find_open_link(g.session, token)
        return await _elsewhere(link, status=409) if link else await _worn_out()
    return await see_other(safe_next(wanted, current_settings()))


def _wish(asked: SignIn) -> Wish:
    return Wish(safe_next(asked.next, current_settings()))


async def _elsewhere(link: MagicLink, *, status: int = 200) -> Response:
    """Whoever holds the mail may read its digits; only the tab that asked can use them."""
    settings = current_settings()
    code = sign_in.code_of(link, key=sign_in.key_of(link, settings.secret_keys) or settings.secret_key)
    return await page("blog/sign_in/elsewhere.html", code=code, link=link, status=status)


async def _worn_out() -> Response:
    return await _ask(Submitted.of(SignIn), worn_out=sign_in.LinkWornOut.message, status=409)


async def _ask(form: Submitted[SignIn], *, worn_out: str | None = None, status: int = 200) -> Response:
    late = await sign_in.mails_are_late(g.session)
    return await page("blog/sign_in/new.html", form=form, worn_out=worn_out, late=late, status=status)


async def _sent(form: Submitted[SignInCode], *, status: int = 200) -> Response:
    late = await sign_in.mails_are_late(g.session)
    return await page("blog/sign_in/sent.html", form=form, asked_for=asking.address(), late=late, status=status)
