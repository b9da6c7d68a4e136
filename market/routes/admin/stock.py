"""What comes in, what spoils, and whether a product is on sale: small forms beside the large one."""

from quart import Blueprint, Response, g

from market.forms import CountDelivery, Publish
from market.services import products
from shared.browser.app.authz import reach_of, require
from shared.browser.app.utils.forms import read_form
from shared.browser.app.utils.htmx import see_other
from shared.infrastructure.urls import market_url
from shared.models.grant import Role

bp = Blueprint("admin_stock", __name__, url_prefix="/admin/products/<int:product_id>")


@bp.post("/deliveries/")
@require(Role.SHOPKEEPER)
async def create(product_id: int) -> Response:
    form = await read_form(CountDelivery)
    product = await products.get_product(g.session, product_id, within=reach_of(Role.SHOPKEEPER))
    await products.count_delivery(g.session, product, form.value.change)
    return await see_other(market_url(f"/admin/products/{product_id}/?saved=counted"))


@bp.post("/publication/")
@require(Role.SHOPKEEPER)
async def update(product_id: int) -> Response:
    form = await read_form(Publish)
    product = await products.get_product(g.session, product_id, within=reach_of(Role.SHOPKEEPER))
    products.publish(g.session, product, on_sale=form.value.is_published)
    return await see_other(market_url("/admin/products/?saved=updated"))
