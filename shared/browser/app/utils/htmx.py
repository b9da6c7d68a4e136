"""The only reader of htmx's headers: same address, whole page or the part that changes."""

from typing import Any

from quart import Response, redirect, request

from shared.browser.app.utils.templates import render

# As servers hand them over.
REQUEST_TYPE, PARTIAL = b"hx-request-type", b"partial"


def wants_fragment() -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


async def page(template: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """The page, or `fragment` for an htmx request that swaps a part of it."""
    name = fragment if fragment and wants_fragment() else template
    response = Response(await render(name, **context), status, mimetype="text/html")
    if fragment:
        response.vary.add("HX-Request-Type")
    return response


async def see_other(url: str, *, fragment: str | None = None, **context: Any) -> Response:
    """After a POST: a browser is sent on (303), htmx gets the changed fragment at once."""
    if fragment and wants_fragment():
        return await page(fragment, fragment=fragment, **context)
    if wants_fragment():
        return Response("", 204, {"HX-Redirect": url})
    response = redirect(url, 303)
    assert isinstance(response, Response)  # noqa: S101  Quart's redirect is typed for Werkzeug's
    return response
