from quart import Blueprint, Response, g, jsonify, request

from blog.services import exports, posts
from shared.browser.app.utils.parsing import small_numbers
from shared.browser.app.utils.settings import current_settings
from shared.utils import host_url

bp = Blueprint("internal", __name__)


@bp.get("/people/<int:user_id>")
async def show_person(user_id: int) -> Response:
    """Everything this app holds about a member, for the member."""
    return jsonify(await exports.describe(g.session, user_id=user_id))


@bp.get("/pages")
async def pages() -> dict[str, list[dict[str, object]]]:
    """Containers by `?ids=1,2`, or all of them for a choice in a form."""
    ids = small_numbers(request.args["ids"], most=1000) if "ids" in request.args else None
    found = await posts.list_pages_named(g.session, ids)
    settings = current_settings()
    return {
        "pages": [
            {
                "id": page.id,
                "title": page.title,
                "slug": page.slug,
                "url": host_url(settings, "blog", f"/{page.slug}/"),
                "is_out": page.status == "published",
            }
            for page in found
        ]
    }
