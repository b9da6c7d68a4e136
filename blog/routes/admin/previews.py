from quart import Blueprint, Response, g

from blog.routes.admin.posts import KINDS
from blog.routes.posts import NO_CARDS, show_post
from blog.services import desk
from shared.browser.app.authz import require
from shared.models.grant import Role

bp = Blueprint("admin_previews", __name__)


@bp.get("/admin/<any(posts, pages):section>/<int:post_id>/preview/")
@require(Role.EDITOR)
async def show(section: str, post_id: int) -> Response:
    """As a member will see it, published or not."""
    post = await desk.get_for_edit(g.session, post_id, KINDS[section])
    return await show_post(post, cards=NO_CARDS, more=[])
