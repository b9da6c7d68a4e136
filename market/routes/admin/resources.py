"""The same seven pages for each small table: a list, a form for a new row, a form for an old one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response, g, request

from market.forms import Named
from market.services import rows
from shared.browser.app.authz import require
from shared.browser.app.errors import status_of
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.errors import DomainError
from shared.infrastructure.urls import market_url
from shared.models.grant import Role

Options = dict[str, list[tuple[Any, str]]]


@dataclass(frozen=True)
class Resource:
    """`options` are the choices of the form's selects; asked before any transaction, because another app may know."""

    name: str
    one: str
    model: Any
    form: type[Named]
    values: Callable[[Any], dict[str, Any]]
    options: Callable[[], Awaitable[Options]]

    @property
    def url(self) -> str:
        return market_url(f"/admin/{self.name}/")


def blueprint(resource: Resource) -> Blueprint:
    bp = Blueprint(f"admin_{resource.name}", __name__, url_prefix=f"/admin/{resource.name}")

    @bp.get("/")
    @require(Role.SHOPKEEPER, whole=True)
    async def index() -> Response:
        listed = await rows.list_with_counts(g.session, resource.model)
        saved = request.args.get("saved")
        return await page("market/admin/rows/index.html", resource=resource, rows=listed, saved=saved)

    @bp.get("/new/")
    @require(Role.SHOPKEEPER, whole=True)
    async def new() -> Response:
        return await _form_page(resource, await resource.options(), Submitted.of(resource.form))

    @bp.post("/")
    @require(Role.SHOPKEEPER, whole=True)
    async def create() -> Response:
        options, form = await resource.options(), await read_form(resource.form)
        try:
            await rows.create(g.session, resource.model, form.value.columns())
        except DomainError as error:
            return await _refused(resource, options, form, error)
        return await see_other(f"{resource.url}?saved=created")

    _use_one(bp, resource)
    return bp


def _use_one(bp: Blueprint, resource: Resource) -> None:
    @bp.get("/<int:row_id>/")
    @require(Role.SHOPKEEPER, whole=True)
    async def edit(row_id: int) -> Response:
        options, row = await resource.options(), await rows.get_row(g.session, resource.model, row_id)
        return await _form_page(resource, options, Submitted.of(resource.form, resource.values(row)), row_id)

    @bp.post("/<int:row_id>/")
    @require(Role.SHOPKEEPER, whole=True)
    async def update(row_id: int) -> Response:
        options, form = await resource.options(), await read_form(resource.form)
        row = await rows.get_row(g.session, resource.model, row_id)
        try:
            await rows.update(g.session, row, form.value.columns())
        except DomainError as error:
            return await _refused(resource, options, form, error, row_id)
        return await see_other(f"{resource.url}?saved=updated")

    @bp.post("/<int:row_id>/delete/")
    @require(Role.SHOPKEEPER, whole=True)
    async def destroy(row_id: int) -> Response:
        await rows.destroy(g.session, await rows.get_row(g.session, resource.model, row_id))
        return await see_other(f"{resource.url}?saved=deleted")


async def _refused(
    resource: Resource, options: Options, form: Submitted[Named], error: DomainError, row_id: int | None = None
) -> Response:
    if not form.errors:
        form.refuse(error)
    return await _form_page(resource, options, form, row_id, status=status_of(error))


async def _form_page(
    resource: Resource, options: Options, form: Submitted[Named], row_id: int | None = None, *, status: int = 200
) -> Response:
    template, kept = "market/admin/rows/form.html", _with_chosen(options, form)
    return await page(template, status=status, resource=resource, options=kept, form=form, row_id=row_id)


def _with_chosen(options: Options, form: Submitted[Named]) -> Options:
    """What is chosen now stays choosable, or a save would undo it while the app that knows its name is away."""
    kept = {}
    for name, choices in options.items():
        chosen = form.values.get(name) or ""
        known = not chosen or str(chosen) in {str(value) for value, _ in choices}
        kept[name] = choices if known else [*choices, (chosen, "What it belongs to now")]
    return kept
