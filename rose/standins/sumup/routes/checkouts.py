from typing import Any

from quart import Blueprint, request

from rose.standins.sumup import checkouts, shapes, wishes
from rose.standins.sumup.bodies import read_body
from rose.standins.sumup.standin import here

bp = Blueprint("checkouts", __name__, url_prefix="/v0.1/checkouts")


@bp.get("")
async def index() -> list[dict[str, Any]]:
    standin = here()
    found = checkouts.list_all(standin.db, request.args.get("checkout_reference"))
    return [shapes.checkout(standin, checkout) for checkout in found]


@bp.post("")
async def create() -> tuple[dict[str, Any], int]:
    standin = here()
    wanted = wishes.read_new(await read_body(), standin.options)
    return shapes.checkout(standin, checkouts.create(standin.db, wanted)), 201


@bp.get("/<checkout_id>")
async def show(checkout_id: str) -> dict[str, Any]:
    standin = here()
    return shapes.checkout(standin, checkouts.get(standin.db, checkout_id))


@bp.patch("/<checkout_id>")
async def update(checkout_id: str) -> dict[str, Any]:
    standin = here()
    changes = wishes.read_change(await read_body(), standin.options)
    checkout = checkouts.get(standin.db, checkout_id)
    return shapes.checkout(standin, checkouts.change(standin.db, checkout, changes))


@bp.delete("/<checkout_id>")
async def destroy(checkout_id: str) -> dict[str, Any]:
    standin = here()
    checkout = checkouts.get(standin.db, checkout_id)
    return shapes.checkout(standin, checkouts.deactivate(standin.db, checkout))
