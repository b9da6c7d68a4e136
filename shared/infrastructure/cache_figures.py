"""How an app's page cache does, for the administrator's page in the blog."""

from typing import Any

from quart import Blueprint, Quart, Response, current_app, jsonify

from shared.browser.app.redis_cacher import PageCache
from shared.infrastructure.internal_routes import use_internal

bp = Blueprint("page_cache", __name__)


@bp.get("/page-cache")
async def show() -> Response:
    return jsonify({"cache": own_figures()})


def own_figures() -> dict[str, Any] | None:
    """Of this process; None when it keeps no pages."""
    cache = current_app.extensions["page_cache"]
    return cache.figures.summary() if isinstance(cache, PageCache) else None


def use_cache_figures(app: Quart) -> None:
    use_internal(app, bp)
