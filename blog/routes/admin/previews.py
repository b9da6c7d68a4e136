from quart import Blueprint, Response, g

from blog.routes.admin.posts import KINDS
from blog.routes.posts import NO_CARDS, show_post
from blog.services import desk, mentions
from shared.browser.app.authz import require
from shared.browser.app.utils.settings import current_settings
from shared.models.grant import Role

bp = Blueprint("admin_previews", __name__)


@bp.get("/admin/<any(posts, pages):section>/<int:post_id>/preview/")
@require(Role.EDITOR)
async def show(section: str, post_id: int) -> Response:
    """As a member will see it, published or not."""
    post = await desk.get_for_edit(g.session, post_id, KINDS[section])
    text = await mentions.with_cards(post.html, current_settings())
    return await show_post(post, text=text, cards=NO_CARDS, more=[])
