"""The web manifest: the name and the icons that phones put on their first screen."""

import json
from typing import Any

from quart import Blueprint, Response

from shared.browser.app.utils.settings import current_settings
from shared.config import Settings
from shared.infrastructure.static_files import asset_address
from shared.palette import palette

bp = Blueprint("manifest", __name__)

ICONS = (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-512-maskable", 512, "maskable"))
asset = asset_address()


@bp.get("/manifest.webmanifest")
async def show() -> Response:
    text = json.dumps(manifest(current_settings()), ensure_ascii=False)
    response = Response(text, content_type="application/manifest+json; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def manifest(settings: Settings) -> dict[str, Any]:
    colours = palette(settings.design)
    return {
        "id": "/",
        "name": settings.site.name,
        "short_name": settings.site.name,
        "description": settings.site.tagline,
        "lang": settings.site.locale.replace("_", "-"),
        "start_url": "/",
        "display": "browser",
        "background_color": colours["paper"][0],
        "theme_color": colours["accent"][0],
        "icons": [_icon(*icon) for icon in ICONS],
    }


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {
        "src": asset(f"images/{name}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }
