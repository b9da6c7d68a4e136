from quart import Blueprint, Response

from cart.forms import ChangeQuantity
from cart.routes import here
from cart.routes.baskets import changed, refused
from cart.services import lines
from shared.browser.app.utils.forms import read_form
from shared.db.session import transaction
from shared.errors import DomainError, NotFound

bp = Blueprint("lines", __name__, url_prefix="/lines/<int:line_id>")


@bp.errorhandler(DomainError)
async def show_in_basket(error: DomainError) -> Response:
    if isinstance(error, NotFound):
        return await changed()
    return await refused(error)


@bp.post("/")
async def update(line_id: int) -> Response:
    quantity = (await read_form(ChangeQuantity)).value.quantity
    await here.shielded(lines.change_quantity(here.identity(), line_id, quantity))
    return await changed()


@bp.post("/hold/")
async def extend(line_id: int) -> Response:
    await here.shielded(lines.keep_longer(here.identity(), line_id))
    return await changed()


@bp.post("/delete/")
async def destroy(line_id: int) -> Response:
    async with transaction() as session:
        await lines.remove(session, here.identity(), line_id)
    return await changed(removed=line_id)


@bp.post("/restore/")
async def restore(line_id: int) -> Response:
    async with transaction() as session:
        await lines.restore(session, here.identity(), line_id)
    return await changed()
