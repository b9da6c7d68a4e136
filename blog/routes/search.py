from quart import Blueprint, Response, g, request

from blog.services import cards, search
from shared.browser.app.limits import limited
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.parsing import small_number

bp = Blueprint("search", __name__)

LONGEST = 200


@bp.get("/search/")
@limited("search")
async def index() -> Response:
    words = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    number = min(max(request.args.get("page", 1, type=small_number), 1), 1000)
    # Asked before anything is read: no transaction waits for the other apps.
    others = await cards.about(words) if words and number == 1 else cards.NOTHING
    found = await search.find(g.session, words, page=number) if words else None
    return await page(
        "blog/search/index.html",
        fragment="blog/search/_hits.html",
        words=words,
        found=found,
        cards=others,
        shown=cards.SHOWN,
    )
