"""For the other apps: filling the basket, counting it, and what an order was."""

from pydantic import BaseModel, ValidationError
from quart import Blueprint, g, jsonify, request
from quart import Response as Answer

from cart.routes import here
from cart.services import baskets, orders, people, receipts, totals
from cart.services.baskets import Identity, NewLine, NoIdentity, Summary
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings
from shared.infrastructure.cart_loader import BasketSummary
from shared.infrastructure.internal_routes import read_call

bp = Blueprint("internal", __name__)


class AddLine(BaseModel):
    identity: Identity
    line: NewLine


@bp.post("/lines")
async def create() -> Answer:
    sent = await read_call(AddLine)
    await baskets.add(g.session, sent.identity, sent.line, currency=current_settings().site.currency)
    return await _summary(sent.identity)


@bp.get("/summary")
async def summary() -> Answer:
    return await _summary(_asked_for())


@bp.get("/orders")
async def index() -> Answer:
    who = _asked_for()
    email = request.args.get("email")
    if who.user_id is None and not email:
        raise NoIdentity
    found = await orders.list_of_member(g.session, user_id=who.user_id, email=email)
    return jsonify([receipts.in_short(order, current_settings()) for order in found.orders])


@bp.get("/orders/<token>")
async def show(token: str) -> Answer:
    order = await orders.get(g.session, token)
    return jsonify(receipts.in_full(order, totals.add_up(order.lines), current_settings()))


@bp.get("/people/<int:user_id>")
async def show_person(user_id: int) -> Answer:
    """Everything this app holds about a member, for the member."""
    return jsonify(
        await people.describe(g.session, current_settings(), user_id=user_id, email=request.args.get("email", ""))
    )


def _asked_for() -> Identity:
    user_id = request.args.get("user_id", type=small_number)
    try:
        return Identity(user_id=user_id, session_id=request.args.get("session_id") or None)
    except ValidationError:
        raise NoIdentity from None


async def _summary(identity: Identity) -> Answer:
    return jsonify(_counted(await baskets.summarize(g.session, identity)))


async def own_summary() -> BasketSummary:
    """The same for the header of cart's own pages."""
    return _counted(await baskets.summarize(g.session, here.identity()))


def _counted(found: Summary) -> BasketSummary:
    return {"count": found.count, "total": found.total, "currency": current_settings().site.currency}
