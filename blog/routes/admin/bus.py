from typing import Any
from urllib.parse import urlencode

from quart import Blueprint, Response, current_app, g, request

from blog.services.bus import drop
from shared.browser.app.authz import require
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.parsing import small_number
from shared.events import letters, operations
from shared.models.grant import Role

bp = Blueprint("admin_bus", __name__)

STATES = ("dead", "retry", "parked")


@bp.get("/admin/bus/")
@require(Role.ADMINISTRATOR)
async def index() -> Response:
    handler, number = request.args.get("handler"), max(request.args.get("page", 1, type=small_number), 1)
    state = wanted if (wanted := request.args.get("state")) in STATES else STATES[0]
    history = current_app.extensions["bus_history"]
    context: dict[str, Any] = {
        "consumers": [(row, history.chart(row)) for row in await operations.list_lag(g.session)],
        "letters": await letters.list_letters(g.session, state=state, handler=handler, page=number),
        "sides": [("All", _address(state)), *await _sides(state)],
        "here": _address(state, handler),
        "handler": handler,
        "state": state,
    }
    return await page("blog/admin/bus/index.html", saved=request.args.get("saved"), **context)


@bp.get("/admin/bus/letters/<int:event_id>/<handler>/")
@require(Role.ADMINISTRATOR)
async def show(event_id: int, handler: str) -> Response:
    letter = await letters.get_letter(g.session, event_id=event_id, handler=handler)
    return await page("blog/admin/bus/show.html", letter=letter)


@bp.post("/admin/bus/letters/<int:event_id>/<handler>/delete/")
@require(Role.ADMINISTRATOR)
async def destroy(event_id: int, handler: str) -> Response:
    await drop(g.session, event_id=event_id, handler=handler)
    return await see_other("/admin/bus/?saved=dropped")


async def _sides(state: str) -> list[tuple[str, str]]:
    counts = await letters.count_by_handler(g.session, state=state)
    return [(f"{name} ({count})", _address(state, name)) for name, count in counts]


def _address(state: str, handler: str | None = None) -> str:
    return f"/admin/bus/?{urlencode({'state': state} | ({'handler': handler} if handler else {}))}#letters"
