import asyncio
from datetime import timedelta

from quart import Quart

from market.handlers import forget_member, release_order, restock, settle_stock
from market.routes import BLUEPRINTS, internal
from market.services import reservations
from shared.config import Settings
from shared.db.session import transaction
from shared.events.bus import register_handler
from shared.events.payloads.accounts import MemberErased
from shared.events.payloads.cart import OrderPaid, OrderRefunded, OrderReleased
from shared.infrastructure.background import use_background
from shared.infrastructure.factory import create_base_app
from shared.infrastructure.internal_routes import use_internal
from shared.utils import utcnow

# Cart tells when an order is given up. What it never told (it was stopped between two steps) is given back here.
FORGOTTEN_AFTER = timedelta(hours=1)
SWEEP_SECONDS = 60


def create_app(settings: Settings | None = None) -> Quart:
    app = create_base_app("market", settings)
    register_handlers()
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    use_internal(app, internal.bp)
    use_background(app, "forgotten_reservations", release_forgotten)
    return app


def register_handlers() -> None:
    """This app's lines of the glue: other apps' events, and what happens here."""
    register_handler(OrderPaid, settle_stock)
    register_handler(OrderReleased, release_order)
    register_handler(OrderRefunded, restock)
    register_handler(MemberErased, forget_member)


async def release_forgotten() -> None:
    while True:
        async with transaction() as session:
            for order in await reservations.list_forgotten(session, utcnow() - FORGOTTEN_AFTER):
                await reservations.release(session, order)
        await asyncio.sleep(SWEEP_SECONDS)
