"""What the other apps ask and tell; every call is signed."""

from collections.abc import Sequence

from quart import Blueprint, Response, g, jsonify, request

from market.forms import Reserve, read_filters
from market.services import answers, listings, marketplaces, offers, people, reservations
from market.services.cards import Card
from market.services.filters import Filters
from shared.browser.app.utils.parsing import small_number, small_numbers
from shared.browser.app.utils.settings import current_settings
from shared.containers import ContainerType
from shared.errors import Invalid
from shared.infrastructure.internal_routes import read_call

bp = Blueprint("internal", __name__)

MOST_PATHS = 50


@bp.get("/offers")
async def index_offers() -> Response:
    found = await offers.list_offers(g.session, small_numbers(request.args.get("ids", "")))
    return jsonify({"offers": [answers.promise(offer, current_settings()) for offer in found]})


@bp.post("/reservations")
async def create_reservation() -> Response:
    wanted = await read_call(Reserve)
    lines = await reservations.reserve(g.session, wanted.order, wanted.wanted(), until=wanted.until)
    return jsonify({"lines": [line._asdict() for line in lines]})


@bp.get("/cards")
async def index_cards() -> Response:
    """What is newest, or what is at `paths`."""
    if "paths" in request.args:
        named = await listings.list_at(g.session, request.args["paths"].split(",")[:MOST_PATHS])
        return jsonify({"cards": [answers.teaser(card, current_settings()) for card in named]})
    limit = min(request.args.get("limit", 6, type=small_number), 50)
    if words := read_filters(request.args).q:
        listing = await listings.list_products(g.session, Filters(q=words))
        found: Sequence[Card] = listing.cards[:limit]
    else:
        found = await marketplaces.list_container_cards(g.session, _container(), limit=limit)
    return jsonify({"cards": [answers.teaser(card, current_settings()) for card in found]})


@bp.get("/people/<int:user_id>")
async def show_person(user_id: int) -> Response:
    """Everything this app holds about a member, for the member."""
    return jsonify(await people.describe(g.session, user_id=user_id))


def _container() -> tuple[ContainerType, int] | None:
    kind = request.args.get("container_type")
    if kind is None:
        return None
    if kind not in set(ContainerType):
        raise Invalid("There is no such kind of container.")
    return ContainerType(kind), request.args.get("container_id", 0, type=small_number)
