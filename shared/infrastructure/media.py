"""Uploaded pictures: taken from a form, and served by every app under `/media/`."""

from typing import Any

from quart import Quart, Response, request

from shared.browser.app.utils.settings import current_settings
from shared.errors import Invalid
from shared.infrastructure import pictures
from shared.infrastructure.static_files import IMMUTABLE

# Nothing of what a visitor uploaded may ever run as a page of ours, whatever a browser takes it for.
CAGE = "default-src 'none'; sandbox"


def use_media(app: Quart) -> None:
    app.extensions["templates"].filters["srcset"] = pictures.srcset

    @app.get("/media/<name>")
    async def media(name: str) -> Response:
        """Named by their content, so that browsers may keep them for good."""
        path = pictures.find(name, current_settings())
        response = Response(path.read_bytes(), mimetype=pictures.type_of(path))
        response.headers["Cache-Control"] = IMMUTABLE
        response.headers["Content-Security-Policy"] = CAGE
        response.headers["Content-Disposition"] = f"attachment; filename={name}"
        response.set_etag(name)
        await response.make_conditional(request)
        return response


async def with_picture(values: dict[str, Any], *, name: str = "image_url") -> dict[str, Any]:
    """A form's values, with the address of the picture that was sent with it. Raises Invalid for that field."""
    address = await _sent_picture("picture")
    return values | {name: address} if address else values


async def _sent_picture(field: str) -> str | None:
    sent = (await request.files).get(field)
    content = sent.read() if sent else b""
    if not content:
        return None
    try:
        return await pictures.store(content, current_settings())
    except Invalid as refused:
        refused.field = field
        raise
