from quart import Blueprint, Response, request

from blog.services import uploads
from shared.browser.app.utils.settings import current_settings

bp = Blueprint("media", __name__)


@bp.get("/media/<name>")
async def show(name: str) -> Response:
    """Named by their content, so that browsers may keep them for good."""
    path = uploads.find(name, current_settings())
    response = Response(path.read_bytes(), mimetype=uploads.type_of(path))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(name)
    await response.make_conditional(request)
    return response
