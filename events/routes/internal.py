"""What the other apps ask and tell; every call is signed."""

from typing import Any

from quart import Blueprint, Response, g, jsonify, request

from events.forms import BindHolds, ChangeHold
from events.models import Hold
from events.services import answers, holds, lines, listings, people, reservations, tickets
from shared.browser.app.utils.parsing import small_number
from shared.browser.app.utils.settings import current_settings
from shared.containers import ContainerType
from shared.errors import Invalid
from shared.infrastructure.internal_routes import read_call
from shared.utils import utcnow

bp = Blueprint("internal", __name__)

MOST_PATHS = 50


@bp.put("/holds/<hold_id>")
async def update_hold(hold_id: str) -> Response:
    wanted = await read_call(ChangeHold)
    return jsonify(_hold(await holds.change(g.session, hold_id, wanted.quantity)))


@bp.delete("/holds/<hold_id>")
async def destroy_hold(hold_id: str) -> tuple[str, int]:
    await holds.give_back(g.session, hold_id)
    return "", 204


@bp.post("/holds/<hold_id>/extend")
async def extend_hold(hold_id: str) -> Response:
    minutes = current_settings().holds.ticket_minutes
    return jsonify(_hold(await holds.extend(g.session, hold_id, minutes=minutes)))


@bp.get("/holds")
async def index_holds() -> Response:
    tokens = request.args.get("ids", "").split(",")[:200]
    return jsonify({"holds": [_hold(hold) | {"state": hold.state} for hold in await holds.list_by(g.session, tokens)]})


@bp.post("/reservations")
async def create_reservation() -> Response:
    wanted = await read_call(BindHolds)
    held = await reservations.bind(g.session, wanted.order, wanted.holds, until=wanted.until)
    return jsonify({"lines": await lines.of_holds(g.session, list(held), current_settings())})


@bp.get("/orders/<order>/tickets")
async def index_order_tickets(order: str) -> Response:
    found = await tickets.list_of_order(g.session, order)
    return jsonify({"tickets": [answers.ticket(one, current_settings(), with_pdf=True) for one in found]})


@bp.get("/tickets")
async def index_tickets() -> Response:
    email, user_id = request.args.get("email"), request.args.get("user_id", type=small_number)
    found = await tickets.list_of_person(g.session, email=email, user_id=user_id)
    return jsonify({"tickets": [answers.ticket(one, current_settings()) for one in found]})


@bp.get("/cards")
async def index_cards() -> Response:
    """What is next, or what is at `paths`."""
    if "paths" in request.args:
        named = await listings.list_at(g.session, request.args["paths"].split(",")[:MOST_PATHS], now=utcnow())
        return jsonify({"cards": [answers.card(entry, current_settings()) | {"path": path} for path, entry in named]})
    kind, limit = request.args.get("container_type"), request.args.get("limit", 6, type=small_number)
    container = (_container(kind), request.args.get("container_id", 0, type=small_number)) if kind else None
    words = request.args.get("q", "")[:200].replace("\0", "")
    found = await listings.list_next(g.session, now=utcnow(), container=container, words=words, limit=min(limit, 50))
    return jsonify({"cards": [answers.card(entry, current_settings()) for entry in found]})


@bp.get("/people/<int:user_id>")
async def show_person(user_id: int) -> Response:
    """Everything this app holds about a member, for the member."""
    return jsonify(
        await people.describe(g.session, current_settings(), user_id=user_id, email=request.args.get("email", ""))
    )


def _container(kind: str) -> ContainerType:
    if kind not in set(ContainerType):
        raise Invalid("There is no such kind of container.")
    return ContainerType(kind)


def _hold(hold: Hold) -> dict[str, Any]:
    return {"hold_id": hold.token, "quantity": hold.quantity, "until": hold.until.isoformat()}
