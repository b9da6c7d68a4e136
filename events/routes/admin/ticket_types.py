from quart import Blueprint, Response, g

from events.forms import SaveTicketType
from events.models import Entry, TicketType
from events.routes.admin.entry_words import typed, utc
from events.services import entries, ticket_types
from events.services.ticket_types import Offer
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.errors import DomainError
from shared.models import Reach, Role

bp = Blueprint("admin_ticket_types", __name__)


@bp.get("/admin/entries/<int:entry_id>/ticket-types/new/")
@require(Role.STEWARD)
async def new(entry_id: int) -> Response:
    entry = await entries.get_editable(g.session, entry_id, within=_own())
    return await _form(Submitted.of(SaveTicketType), entry, None)


@bp.post("/admin/entries/<int:entry_id>/ticket-types/")
@require(Role.STEWARD)
async def create(entry_id: int) -> Response:
    form = await read_form(SaveTicketType)
    entry = await entries.get_editable(g.session, entry_id, within=_own())
    if not form.ok:
        return await _form(form, entry, None, status=422)
    position, currency = len(entry.ticket_types), current_settings().site.currency
    await ticket_types.add(g.session, entry, _offer(form.value), currency=currency, position=position)
    return await see_other(f"/admin/entries/{entry_id}/?saved=tickets")


@bp.get("/admin/ticket-types/<int:type_id>/")
@require(Role.STEWARD)
async def edit(type_id: int) -> Response:
    found = await ticket_types.get(g.session, type_id)
    entry = await entries.get_editable(g.session, found.entry_id, within=_own())
    return await _form(Submitted.of(SaveTicketType, _values(found)), entry, found)


@bp.post("/admin/ticket-types/<int:type_id>/")
@require(Role.STEWARD)
async def update(type_id: int) -> Response:
    form = await read_form(SaveTicketType)
    found = await ticket_types.get(g.session, type_id)
    entry = await entries.get_editable(g.session, found.entry_id, within=_own())
    if not form.ok:
        return await _form(form, entry, found, status=422)
    try:
        await ticket_types.change(g.session, type_id, _offer(form.value))
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, entry, found, status=status_of(refused))
    return await see_other(f"/admin/entries/{found.entry_id}/?saved=tickets")


@bp.post("/admin/ticket-types/<int:type_id>/delete/")
@require(Role.STEWARD)
async def destroy(type_id: int) -> Response:
    found = await ticket_types.get(g.session, type_id)
    await entries.get_editable(g.session, found.entry_id, within=_own())
    gone = await ticket_types.remove(g.session, type_id)
    return await see_other(f"/admin/entries/{gone.entry_id}/?saved=tickets")


def _own() -> Reach:
    return reach_of(Role.STEWARD)


def _offer(sent: SaveTicketType) -> Offer:
    zone = current_settings().site.tz
    return Offer(
        name=sent.name,
        note=sent.note,
        price=sent.price,
        capacity=sent.capacity,
        vat_rate=sent.vat_percent * 100,
        max_per_order=sent.max_per_order,
        sale_from=utc(sent.sale_from, zone) if sent.sale_from else None,
        sale_until=utc(sent.sale_until, zone) if sent.sale_until else None,
    )


def _values(found: TicketType) -> dict[str, object]:
    zone = current_settings().site.tz
    return {
        "name": found.name,
        "note": found.note,
        "price": f"{found.price / 100:.2f}",
        "capacity": found.capacity,
        "vat_percent": found.vat_rate // 100,
        "max_per_order": found.max_per_order,
        "sale_from": typed(found.sale_from, zone),
        "sale_until": typed(found.sale_until, zone),
    }


async def _form(
    form: Submitted[SaveTicketType], entry: Entry, kind: TicketType | None, *, status: int = 200
) -> Response:
    return await page("events/admin/ticket_types/edit.html", form=form, entry=entry, kind=kind, status=status)
