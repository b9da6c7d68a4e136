"""The steward's page: a code goes in, and the answer is yes, or no and why."""

from quart import Blueprint, Response, g, request

from events.forms import CheckIn
from events.models import Ticket
from events.services import check_ins
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.errors import DomainError
from shared.models import Reach, Role
from shared.utils import utcnow

bp = Blueprint("admin_check_ins", __name__)


@bp.get("/admin/check-in/")
@require(Role.STEWARD)
async def new() -> Response:
    token = request.args.get("ticket")
    ticket = await check_ins.get(g.session, token, within=_own()) if token else None
    return await _form(Submitted.of(CheckIn), ticket)


@bp.get("/admin/check-in/<token>/")
@require(Role.STEWARD)
async def show(token: str) -> Response:
    ticket = await check_ins.get(g.session, token, within=_own())
    return await page("events/admin/check_ins/show.html", ticket=ticket)


@bp.post("/admin/check-in/")
@require(Role.STEWARD)
async def create() -> Response:
    form = await read_form(CheckIn)
    if not form.ok:
        return await _form(form, None, status=422)
    try:
        ticket = await check_ins.create(g.session, form.value.code, site=current_settings().site, within=_own())
    except DomainError as refused:
        form.refuse(refused, field="code")
        return await _form(form, None, status=status_of(refused))
    return await see_other(f"/admin/check-in/?ticket={ticket.token}")


@bp.post("/admin/check-in/<token>/delete/")
@require(Role.STEWARD)
async def destroy(token: str) -> Response:
    await check_ins.undo(g.session, token, within=_own())
    return await see_other(f"/admin/check-in/{token}/")


def _own() -> Reach:
    return reach_of(Role.STEWARD)


async def _form(form: Submitted[CheckIn], ticket: Ticket | None, *, status: int = 200) -> Response:
    template, fragment = "events/admin/check_ins/new.html", "events/admin/check_ins/_form.html"
    door = await check_ins.look_at_door(g.session, now=utcnow(), zone=current_settings().site.tz, within=_own())
    return await page(template, fragment=fragment, form=form, ticket=ticket, door=door, status=status)
