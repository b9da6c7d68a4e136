"""HTML out: one call, with the headers every page here wears."""

from typing import Any

from quart import Quart, Response, render_template

from rose.standins.sumup import moments, money
from rose.standins.sumup.standin import here

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def use_pages(app: Quart) -> None:
    app.jinja_env.filters["money"] = money.shown
    app.jinja_env.filters["iso"] = moments.iso


async def page(template: str, *, status: int = 200, **context: Any) -> Response:
    body = await render_template(template, merchant=here().options.merchant_name, **context)
    return Response(body, status, HEADERS)
