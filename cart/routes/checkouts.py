from quart import Blueprint, Response, g, redirect

from cart.forms import PlaceOrder
from cart.models import Order
from cart.routes import here
from cart.routes.baskets import refused
from cart.services import baskets, checkouts, payments
from cart.services.basket_views import arrange
from cart.services.baskets import Identity
from cart.services.checkouts import Wish
from shared.browser.app.limits import limited
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.db.session import get_session
from shared.errors import Conflict, DomainError, NotFound, Unavailable
from shared.infrastructure.urls import cart_url, coop_url
from shared.utils import random_token

bp = Blueprint("checkouts", __name__)


@bp.get("/checkout/")
async def new() -> Response:
    if g.user is None and not current_settings().features.guest_checkout:
        return await see_other(coop_url(f"/sign-in/?next={cart_url('/checkout/')}"))
    name, email = (g.user.name, g.user.email) if g.user else ("", "")
    return await _page(Submitted.of(PlaceOrder, {"name": name, "email": email, "key": random_token()}))


@bp.post("/checkout/")
@limited("checkout")
async def create() -> Response:
    form = await read_form(PlaceOrder)
    if not form.ok:
        return await _page(form, status=422)
    try:
        return await here.shielded(_order(here.identity(), form.value))
    except (Conflict, NotFound, Unavailable) as error:
        return await refused(error)


async def _order(identity: Identity, form: PlaceOrder) -> Response:
    settings = current_settings()
    wish = Wish(
        name=form.name,
        email=form.email,
        total=form.total,
        key=form.key,
        currency=settings.site.currency,
        payment_minutes=settings.holds.payment_minutes,
    )
    order = await checkouts.place(identity, wish)
    return await see_other(await _way_on(order))


async def _way_on(order: Order) -> str:
    """To SumUp's page; where there is none (nothing to pay, or SumUp is away) to the order's own."""
    if order.waiting:
        try:
            return await payments.open_page(here.till(), order.id)
        except DomainError:
            return cart_url(f"{order.path}?away=1")
    return cart_url(order.path)


async def _page(form: Submitted[PlaceOrder], *, status: int = 200) -> Response:
    async with get_session(read_only=True) as session:
        found = arrange(await baskets.list_lines(session, here.identity()))
    if not found.ready:
        answer = redirect(cart_url("/"), 303)
        assert isinstance(answer, Response)  # noqa: S101  Quart's redirect is typed for Werkzeug's
        return answer
    return await page("cart/checkouts/new.html", status=status, form=form, basket_view=found)
