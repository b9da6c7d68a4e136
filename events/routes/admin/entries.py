from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from quart import Blueprint, Response, g, request

from events.forms import SaveEntry
from events.models import Calendar, Entry
from events.routes.admin.entry_words import values_of, words_of
from events.routes.paging import page_number
from events.services import calendars, entries, listings, programme
from events.services.programme import Words
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.sizes import UPLOAD, takes
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.parsing import small_number
from shared.drawings import CHOICES
from shared.errors import DomainError
from shared.infrastructure.media import with_picture
from shared.models import Reach, Role

bp = Blueprint("admin_entries", __name__)


@bp.get("/admin/")
@require(Role.STEWARD)
async def index() -> Response:
    past = request.args.get("when") == "past"
    chosen = request.args.get("calendar", type=small_number)
    number = page_number()
    listing = await listings.list_for_admin(g.session, within=_own(), past=past, calendar_id=chosen, page=number)
    context: dict[str, Any] = {"past": past, "chosen": chosen, "saved": request.args.get("saved")}
    tabs = _tabs(await calendars.list_all(g.session, within=_own()), "past" if past else "coming")
    return await page("events/admin/entries/index.html", listing=listing, calendar_tabs=tabs, **context)


@bp.get("/admin/entries/new/")
@require(Role.STEWARD)
async def new() -> Response:
    return await _form(Submitted.of(SaveEntry, {"calendar_id": request.args.get("calendar", "")}), None)


@bp.post("/admin/entries/")
@require(Role.STEWARD)
@takes(UPLOAD)
async def create() -> Response:
    form = await read_form(SaveEntry)
    if not form.ok:
        return await _form(form, None, status=422)
    try:
        words = await _words(form.value)
        made = await programme.create(g.session, words, weeks=form.value.weeks, within=_own())
    except DomainError as refused:
        form.refuse(refused)
        return await _form(form, None, status=status_of(refused))
    return await see_other(f"/admin/entries/{made[0].id}/?saved=created")


@bp.get("/admin/entries/<int:entry_id>/")
@require(Role.STEWARD)
async def edit(entry_id: int) -> Response:
    entry = await entries.get_editable(g.session, entry_id, within=_own())
    return await _form(Submitted.of(SaveEntry, values_of(entry)), entry)


@bp.post("/admin/entries/<int:entry_id>/")
@require(Role.STEWARD)
@takes(UPLOAD)
async def update(entry_id: int) -> Response:
    form = await read_form(SaveEntry)
    if not form.ok:
        return await _form(form, await entries.get_editable(g.session, entry_id, within=_own()), status=422)
    try:
        await programme.change(g.session, entry_id, await _words(form.value), within=_own())
    except DomainError as refused:
        form.refuse(refused)
        entry = await entries.get_editable(g.session, entry_id, within=_own())
        return await _form(form, entry, status=status_of(refused))
    return await see_other(f"/admin/entries/{entry_id}/?saved=updated")


@bp.post("/admin/entries/<int:entry_id>/delete/")
@require(Role.STEWARD)
async def destroy(entry_id: int) -> Response:
    await programme.remove(g.session, entry_id, within=_own())
    return await see_other("/admin/?saved=deleted")


def _own() -> Reach:
    return reach_of(Role.STEWARD)


async def _words(sent: SaveEntry) -> Words:
    """With the picture that came along, if one did."""
    words = words_of(sent)
    return replace(words, **await with_picture({"image_url": words.image_url}))


def _tabs(found: Sequence[Calendar], when: str) -> list[tuple[str, str]]:
    own = [(one.name, f"/admin/?when={when}&calendar={one.id}") for one in found]
    return [("All calendars", f"/admin/?when={when}"), *own]


async def _form(form: Submitted[SaveEntry], entry: Entry | None, *, status: int = 200) -> Response:
    options = [(one.id, one.name) for one in await calendars.list_all(g.session, within=_own())]
    saved = request.args.get("saved")
    template = "events/admin/entries/edit.html"
    return await page(template, form=form, entry=entry, options=options, drawings=CHOICES, saved=saved, status=status)
