"""The form in which posts and pages are written."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from quart import Response, g, request
from sqlalchemy.ext.asyncio import AsyncSession

from blog.forms import WritePost
from blog.models import Post
from blog.services import authors
from blog.services.writing import Draft
from shared.browser.app.headers import content_policy
from shared.browser.app.utils.forms import Submitted
from shared.browser.app.utils.htmx import page
from shared.browser.app.utils.settings import current_settings
from shared.editor.document import to_text_source
from shared.editor.opening import safe_to_open
from shared.editor.tree import TextUnreadable
from shared.infrastructure.media import with_picture
from shared.models import User

# fmt: off
OWN = (
    "title", "slug", "custom_excerpt", "feature_image", "feature_image_alt", "feature_image_caption", "visibility",
    "featured", "version", "lexical", "seo_title", "seo_description",
)
# fmt: on


async def blank(session: AsyncSession, user: User) -> Submitted[WritePost]:
    author = await authors.find_for(session, user)
    return Submitted.of(WritePost, {"authors": [author.id] if author else []})


def filled(post: Post) -> Submitted[WritePost]:
    values = {name: getattr(post, name) for name in OWN}
    tags = ", ".join(f"#{tag.name}" if tag.is_internal else tag.name for tag in post.tags)
    more = {"body": to_text_source(post.lexical), "tags": tags, "authors": [author.id for author in post.authors]}
    return Submitted.of(WritePost, values | more)


async def with_feature_image(draft: Draft) -> Draft:
    """With the picture that came along, if one did. Raises Invalid for that field."""
    return replace(draft, **await with_picture({"feature_image": draft.feature_image}, name="feature_image"))


async def form_page(section: str, form: Submitted[WritePost], post: Post | None, *, status: int = 200) -> Response:
    people = await authors.list_all(g.session)
    with suppress(TextUnreadable):
        form.values["lexical"] = safe_to_open(form.values["lexical"])
    saved = request.args.get("saved") if request.method == "GET" else None
    context: dict[str, Any] = {"section": section, "form": form, "post": post, "people": people, "saved": saved}
    response = await page("blog/admin/posts/edit.html", status=status, **context)
    response.headers["Content-Security-Policy"] = content_policy(current_settings(), editor=True)
    return response
