from typing import Any

from quart import Blueprint, Response, g, request

from events.forms import SaveCalendar
from events.models import Calendar
from events.services import calendars
from events.services.calendars import CalendarWords
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError, Unavailable
from shared.infrastructure import internal_api
from shared.models import Reach, Role
from shared.utils import slugify

bp = Blueprint("admin_calendars", __name__)


@bp.get("/admin/calendars/")
@require(Role.STEWARD)
async def index() -> Response:
    found = await calendars.list_with_counts(g.session, within=_own())
    return await page("events/admin/calendars/index.html", found=found, saved="saved" in request.args)


@bp.get("/admin/calendars/new/")
@require(Role.STEWARD, whole=True)
async def new() -> Response:
    return await _form(Submitted.of(SaveCalendar), None, await _pages())


@bp.post("/admin/calendars/")
@require(Role.STEWARD, whole=True)
async def create() -> Response:
    return await _save(None)


@bp.get("/admin/calendars/<int:calendar_id>/")
@require(Role.STEWARD)
async def edit(calendar_id: int) -> Response:
    found = await calendars.get(g.session, calendar_id, within=_own())
    values = {name: getattr(found, name) for name in ("name", "slug", "description", "colour")}
    values["container"] = f"{found.container_type}:{found.container_id}"
    return await _form(Submitted.of(SaveCalendar, values), found, await _pages())


@bp.post("/admin/calendars/<int:calendar_id>/")
@require(Role.STEWARD)
async def update(calendar_id: int) -> Response:
    return await _save(calendar_id)


@bp.post("/admin/calendars/<int:calendar_id>/delete/")
@require(Role.STEWARD, whole=True)
async def destroy(calendar_id: int) -> Response:
    await calendars.remove(g.session, calendar_id)
    return await see_other("/admin/calendars/?saved=deleted")


async def _save(calendar_id: int | None) -> Response:
    form = await read_form(SaveCalendar)
    # Asked for before the transaction begins, in case the form has to be shown again.
    pages = await _pages()
    found = await calendars.get(g.session, calendar_id, within=_own()) if calendar_id else None
    if not form.ok:
        return await _form(form, found, pages, status=422)
    try:
        if found:
            await calendars.change(g.session, found.id, _words(form.value), within=_own())
        else:
            await calendars.create(g.session, _words(form.value))
    except DomainError as refused:
        form.refuse(refused)
        found = await calendars.get(g.session, calendar_id, within=_own()) if calendar_id else None
        return await _form(form, found, pages, status=status_of(refused))
    return await see_other("/admin/calendars/?saved=1")


def _own() -> Reach:
    return reach_of(Role.STEWARD)


def _words(sent: SaveCalendar) -> CalendarWords:
    slug = sent.slug or slugify(sent.name) or "calendar"
    return CalendarWords(sent.name, slug, sent.description, sent.colour, *_container(sent.container))


def _container(written: str) -> tuple[str, int]:
    kind, number = written.split(":")
    return kind, int(number)


async def _form(
    form: Submitted[SaveCalendar], calendar: Calendar | None, pages: list[Any] | None, *, status: int = 200
) -> Response:
    known = [("site:0", "The whole site"), *((f"page:{one['id']}", one["title"]) for one in pages or [])]
    options = [one for one in known if _own().holds(_container(one[0]))]
    chosen = form.values["container"] or "site:0"
    if chosen not in dict(options):
        options.append((chosen, "The page it belongs to now"))
    template = "events/admin/calendars/edit.html"
    return await page(template, form=form, calendar=calendar, options=options, away=pages is None, status=status)


async def _pages() -> list[Any] | None:
    """The pages a calendar may belong to; None when blog does not answer."""
    try:
        found: list[Any] = (await internal_api.get("blog", "/internal/blog/pages"))["pages"]
    except Unavailable:
        return None
    return found
