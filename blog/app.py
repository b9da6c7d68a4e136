from datetime import datetime

from quart import Quart

from blog import handlers
from blog.routes import (
    account,
    authenticators,
    authors,
    email_undos,
    emails,
    erasures,
    exports,
    feeds,
    home,
    internal,
    newsletters,
    passkeys,
    posts,
    search,
    second_factor,
    security,
    sign_in,
    sign_out,
    subscriptions,
    tags,
)
from blog.routes.admin import ADMIN
from blog.services.bus_history import BusHistory, span
from blog.services.devices import describe
from blog.services.schedule import keep_schedule
from shared import qr
from shared.browser.app.redis_cacher import PagesChanged, bump_pages
from shared.config import Settings
from shared.editor.koenig import Koenig
from shared.events.bus import register_handler
from shared.events.payloads.accounts import (
    EmailChanged,
    EmailChangeRequested,
    ErasureCalledOff,
    ErasureFellDue,
    ErasureRequested,
    MemberErased,
    SecondFactorChanged,
)
from shared.events.payloads.blog import MagicLinkRequested
from shared.events.payloads.cart import OrderPaid
from shared.events.payloads.events import TicketsIssued
from shared.infrastructure.background import use_background
from shared.infrastructure.factory import create_base_app
from shared.infrastructure.internal_routes import use_internal
from shared.infrastructure.relaying import use_relay

PUBLIC = (
    account,
    authenticators,
    authors,
    email_undos,
    emails,
    erasures,
    exports,
    feeds,
    home,
    newsletters,
    passkeys,
    search,
    second_factor,
    security,
    sign_in,
    sign_out,
    subscriptions,
    tags,
)


def create_app(settings: Settings | None = None) -> Quart:
    app = create_base_app("blog", settings)
    register_handlers()
    use_filters(app)
    use_koenig(app)
    use_internal(app, internal.bp)
    # Posts last: their addresses are what all others leave over.
    for routes in (*PUBLIC, *ADMIN, posts):
        app.register_blueprint(routes.bp)
    use_background(app, "schedule", keep_schedule)
    use_relay(app, app.extensions["settings"])
    use_bus_history(app)
    return app


def register_handlers() -> None:
    """This app's lines of the glue: other apps' events, and what happens here."""
    register_handler(MagicLinkRequested, handlers.send_magic_link)
    register_handler(EmailChangeRequested, handlers.send_email_change)
    register_handler(EmailChanged, handlers.send_email_changed)
    register_handler(SecondFactorChanged, handlers.send_second_factor_notice)
    register_handler(SecondFactorChanged, handlers.warn_addresses_before)
    register_handler(ErasureRequested, handlers.send_erasure_notice)
    register_handler(ErasureFellDue, handlers.erase_member)
    register_handler(ErasureCalledOff, handlers.send_erasure_called_off)
    register_handler(MemberErased, handlers.forget_member)
    register_handler(OrderPaid, handlers.send_receipt)
    register_handler(TicketsIssued, handlers.send_tickets)
    register_handler(PagesChanged, bump_pages, consumer="blog")


def use_filters(app: Quart) -> None:
    filters = {
        "moment": datetime.fromisoformat,
        "browser": describe,
        "qr": qr.draw,
        "span": span,
    }
    app.extensions["templates"].filters.update(filters)


def use_koenig(app: Quart) -> None:
    """The editor's renderer: its process starts with the first save, and ends with the app."""
    koenig = Koenig()
    app.extensions["koenig"] = koenig
    app.after_serving(koenig.aclose)


def use_bus_history(app: Quart) -> None:
    history = BusHistory()
    app.extensions["bus_history"] = history
    use_background(app, "bus-history", history.run)
