"""`/newsletters/`: whoever is not signed in chooses here, and reads them from when the link in the email is used."""

from contextlib import suppress

from quart import Blueprint, Response, g

from blog.forms import JoinNewsletters
from blog.routes import asking, subscriptions
from blog.services import members, newsletters
from blog.services.sign_in import Wish
from shared.browser.app.limits import spend
from shared.browser.app.networks import client_network
from shared.browser.app.redis_cacher import cached, for_strangers_only
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import Invalid, TooMany
from shared.utils import random_token

bp = Blueprint("newsletters", __name__)
bp.before_request(subscriptions.only_where_there_are_any)

DONE = f"{subscriptions.HERE}?saved=joined"


@bp.get("/newsletters/")
@cached(tags=["newsletters"])
async def index() -> Response:
    if g.user:
        return await see_other(subscriptions.HERE)
    for_strangers_only()
    return await _page(Submitted.of(JoinNewsletters))


@bp.post("/newsletters/")
async def create() -> Response:
    """Counted and answered as signing in is: whoever asks for another's address learns nothing."""
    browser, email = await asking.known_browser() or random_token(32), ""
    with suppress(TooMany):
        await spend("sign_in_network", client_network())
        form = await _read()
        if not form.ok:
            return await _page(form, status=422)
        email, chosen = form.value.email, form.value.newsletters
        if g.user and g.user.email == email:
            await members.subscribe_also(g.session, g.user, chosen)
            return await see_other(DONE)
        await asking.request_link(email, Wish(DONE, chosen), browser=browser)
    return await asking.answer(browser, email)


async def _read() -> Submitted[JoinNewsletters]:
    form = await read_form(JoinNewsletters)
    if form.ok:
        try:
            await newsletters.check_choice(g.session, form.value.newsletters)
        except Invalid as error:
            form.refuse(error, field="newsletters")
    return form


async def _page(form: Submitted[JoinNewsletters], *, status: int = 200) -> Response:
    found = await newsletters.list_active(g.session)
    return await page("blog/newsletters/index.html", form=form, newsletters=found, status=status)
