from quart import Blueprint, Response, request

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
    line_id = (request.view_args or {})["line_id"]
    if isinstance(error, NotFound):
        return await changed(line_id=line_id)
    return await refused(error, line_id, typed=(await request.form).get("quantity", ""))


@bp.post("/")
async def update(line_id: int) -> Response:
    quantity = (await read_form(ChangeQuantity)).value.quantity
    await here.shielded(lines.change_quantity(here.identity(), line_id, quantity))
    return await changed(line_id=line_id)


@bp.post("/hold/")
async def extend(line_id: int) -> Response:
    await here.shielded(lines.keep_longer(here.identity(), line_id))
    return await changed(line_id=line_id, kept=True)


@bp.post("/delete/")
async def destroy(line_id: int) -> Response:
    async with transaction() as session:
        await lines.remove(session, here.identity(), line_id)
    return await changed(line_id=line_id, how="removed", removed=True)


@bp.post("/restore/")
async def restore(line_id: int) -> Response:
    async with transaction() as session:
        await lines.restore(session, here.identity(), line_id)
    return await changed(line_id=line_id, how="added")
