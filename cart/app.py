from quart import Quart

from cart import handlers
from cart.routes import (
    baskets,
    cancellations,
    checkouts,
    internal,
    lines,
    orders,
    payments,
    receipts,
    returns,
    webhooks,
)
from cart.routes.admin import cancellations as admin_cancellations
from cart.routes.admin import orders as admin_orders
from cart.routes.admin import refunds as admin_refunds
from cart.services.lines import keep_forgetting
from cart.services.payments import Till
from cart.services.settler import Settler
from shared.browser.app.payments.sumup import SumUp
from shared.config import Settings
from shared.events.bus import register_handler
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.blog import SignedIn
from shared.events.payloads.cart import RefundRequested
from shared.events.payloads.events import TicketsUnavailable
from shared.events.payloads.market import StockShort
from shared.infrastructure.background import use_background
from shared.infrastructure.factory import create_base_app
from shared.infrastructure.internal_routes import use_internal

PAGES = (baskets, lines, checkouts, orders, receipts, payments, cancellations, returns, webhooks)
ADMIN = (admin_orders, admin_refunds, admin_cancellations)


def create_app(settings: Settings | None = None) -> Quart:
    app = create_base_app("cart", settings)
    app.extensions["basket_loader"] = internal.own_summary
    register_handlers()
    use_till(app, app.extensions["settings"])
    for module in PAGES + ADMIN:
        app.register_blueprint(module.bp)
    use_internal(app, internal.bp)
    use_background(app, "removed lines", keep_forgetting)
    return app


def use_till(app: Quart, settings: Settings) -> None:
    """SumUp where it is set up, and the settler, which works in the background as long as the app serves."""
    account = settings.sumup
    sumup = None
    if account is not None:
        sumup = SumUp(api_key=account.api_key, merchant_code=account.merchant_code, base_url=account.base_url)
        app.after_serving(sumup.aclose)
    settler = Settler(sumup)
    app.extensions.update(till=Till(sumup, settings), settler=settler)
    use_background(app, "settler", settler.run)


def register_handlers() -> None:
    """This app's lines of the glue: other apps' events, and what happens here."""
    register_handler(SignedIn, handlers.adopt_basket)
    register_handler(TicketsUnavailable, handlers.refund_unavailable)
    register_handler(StockShort, handlers.refund_unavailable)
    register_handler(RefundRequested, handlers.pay_back)
    register_handler(MemberErased, handlers.forget_member)
