from quart import Quart

from events.handlers import forget_member, issue_tickets, release_order, void_tickets
from events.routes import (
    baskets,
    calendars,
    entries,
    feeds,
    internal,
    months,
    sitemaps,
    tickets,
)
from events.routes.admin import ADMIN
from events.services.sweeper import sweep_for_ever
from shared.config import Settings
from shared.events.bus import register_handler
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.cart import OrderPaid, OrderRefunded, OrderReleased
from shared.infrastructure.background import use_background
from shared.infrastructure.factory import create_base_app
from shared.infrastructure.internal_routes import use_internal


def create_app(settings: Settings | None = None) -> Quart:
    app = create_base_app("events", settings)
    register_handlers()
    use_internal(app, internal.bp)
    # Calendars last: their addresses are what all others leave over.
    for routes in (*ADMIN, entries, baskets, feeds, months, sitemaps, tickets, calendars):
        app.register_blueprint(routes.bp)
    use_background(app, "sweeper", sweep_for_ever)
    return app


def register_handlers() -> None:
    """This app's lines of the glue: other apps' events, and what happens here."""
    register_handler(OrderPaid, issue_tickets)
    register_handler(OrderReleased, release_order)
    register_handler(OrderRefunded, void_tickets)
    register_handler(MemberErased, forget_member)
