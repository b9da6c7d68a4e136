from quart import Blueprint, Response, g, jsonify, request

from shared.audit import audit
from shared.browser.app.authz import require
from shared.browser.app.sizes import UPLOAD, takes
from shared.browser.app.utils.settings import current_settings
from shared.errors import Invalid
from shared.infrastructure import pictures
from shared.models.grant import Role

bp = Blueprint("admin_uploads", __name__)


@bp.post("/admin/uploads/")
@require(Role.EDITOR)
@takes(UPLOAD)
async def create() -> Response:
    """The editor sends pictures here, one a request, and gets JSON whatever happens."""
    files = await request.files
    if "file" not in files:
        return _answer(422, error="Choose a file.")
    try:
        address = await pictures.store(files["file"].read(), current_settings())
    except Invalid as refused:
        return _answer(422, error=refused.message)
    audit(g.session, "picture.uploaded", f"picture:{address.rpartition('/')[2]}")
    return _answer(201, url=address)


def _answer(status: int, **content: str) -> Response:
    response = jsonify(content)
    response.status_code = status
    return response
