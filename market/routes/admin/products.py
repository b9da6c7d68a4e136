from typing import Any

from quart import Blueprint, Response, g, request

from market.forms import CountDelivery, EditProduct, NewProduct, read_page
from market.models import Product
from market.routes.admin.choices import product_options
from market.services import products
from shared.browser.app.authz import reach_of, require
from shared.browser.app.errors import status_of
from shared.browser.app.sizes import UPLOAD, takes
from shared.browser.app.utils.forms import Submitted, read_form
from shared.browser.app.utils.htmx import page, see_other
from shared.browser.app.utils.settings import current_settings
from shared.editor.typed import as_typed
from shared.errors import DomainError
from shared.infrastructure.media import with_picture
from shared.infrastructure.urls import coop_url, market_url
from shared.models import Reach, Role

bp = Blueprint("admin_products", __name__, url_prefix="/admin")

LIST = "/admin/products/"


@bp.get("/")
@require(Role.SHOPKEEPER)
async def home() -> Response:
    return await see_other(market_url(LIST))


@bp.get("/products/")
@require(Role.SHOPKEEPER)
async def index() -> Response:
    q = request.args.get("q", "").replace("\x00", "").strip()[:100]
    asked: dict[str, Any] = {"q": q, "side": request.args.get("side", ""), "page": read_page(request.args)}
    rows, total = await products.list_page(g.session, within=_own(), **asked)
    context = asked | {"rows": rows, "total": total, "pages": max(1, -(-total // products.PER_PAGE))}
    return await page("market/admin/products/index.html", low=products.LOW, saved=request.args.get("saved"), **context)


@bp.get("/products/new/")
@require(Role.SHOPKEEPER)
async def new() -> Response:
    return await _form_page(Submitted.of(NewProduct))


@bp.post("/products/")
@require(Role.SHOPKEEPER)
@takes(UPLOAD)
async def create() -> Response:
    form = await read_form(NewProduct)
    currency = current_settings().site.currency
    try:
        values = await with_picture(form.value.model_dump() | {"currency": currency})
        product = await products.create(g.session, values, site_url=coop_url("/"), within=_own())
    except DomainError as error:
        return await _refused(form, error)
    return await see_other(market_url(f"{LIST}{product.id}/?saved=created"))


@bp.get("/products/<int:product_id>/")
@require(Role.SHOPKEEPER)
async def edit(product_id: int) -> Response:
    product = await products.get_product(g.session, product_id, within=_own())
    return await _form_page(Submitted.of(EditProduct, _values(product)), product)


@bp.post("/products/<int:product_id>/")
@require(Role.SHOPKEEPER)
@takes(UPLOAD)
async def update(product_id: int) -> Response:
    form = await read_form(EditProduct)
    product = await products.get_product(g.session, product_id, within=_own())
    try:
        values = await with_picture(form.value.model_dump())
        await products.update(g.session, product, values, site_url=coop_url("/"), within=_own())
    except DomainError as error:
        return await _refused(form, error, await products.get_product(g.session, product_id, within=_own()))
    return await see_other(market_url(f"{LIST}{product_id}/?saved=updated"))


@bp.post("/products/<int:product_id>/delete/")
@require(Role.SHOPKEEPER)
async def destroy(product_id: int) -> Response:
    await products.destroy(g.session, await products.get_product(g.session, product_id, within=_own()))
    return await see_other(market_url(f"{LIST}?saved=deleted"))


def _own() -> Reach:
    return reach_of(Role.SHOPKEEPER)


def _values(product: Product) -> dict[str, object]:
    values = {name: getattr(product, name) for name in EditProduct.model_fields}
    price, measure = f"{product.price / 100:.2f}", f"{product.measure.normalize():f}"
    return values | {"price": price, "measure": measure, "description": as_typed(product.description)}


async def _refused(form: Submitted[Any], error: DomainError, product: Product | None = None) -> Response:
    if not form.errors:
        form.refuse(error)
    return await _form_page(form, product, status=status_of(error))


async def _form_page(form: Submitted[Any], product: Product | None = None, *, status: int = 200) -> Response:
    return await page(
        "market/admin/products/form.html",
        status=status,
        form=form,
        product=product,
        stock=Submitted.of(CountDelivery),
        options=await product_options(),
        saved=request.args.get("saved"),
    )
