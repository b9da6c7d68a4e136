"""Ghost's posts and pages. Their texts are rendered by our own Koenig, so that what is saved later looks the same."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from blog.services import imports
from blog.services.rendering import Body, render, rendered_elsewhere
from rose.importers.summary import Summary
from shared.config import Settings
from shared.db.session import transaction
from shared.editor.koenig import Koenig, RenderFailed
from shared.errors import DomainError

Row = dict[str, Any]
Progress = Callable[[int, int], None]
# Stands for the old site's address in exports.
PLACE = "__GHOST_URL__"
LEFT_OUT = {
    "codeinjection_head": "its code injection was left out: no raw code runs here",
    "codeinjection_foot": "its code injection was left out: no raw code runs here",
}


async def save(
    export: dict[str, list[Row]], settings: Settings, koenig: Koenig, summary: Summary, *, progress: Progress
) -> None:
    posts = export.get("posts", [])
    meta = {row["post_id"]: row for row in export.get("posts_meta", [])}
    tags, authors = _joined(export, "posts_tags", "tag_id"), _joined(export, "posts_authors", "author_id")
    seen = await _digests()
    for done, row in enumerate(posts, 1):
        whole = row | {"meta": meta.get(row["id"]) or {}, "tags": tags[row["id"]], "authors": authors[row["id"]]}
        if seen.get(row["id"]) == imports.digest(whole):
            summary.count("unchanged")
        else:
            await _save_one(whole, settings, koenig, summary)
        progress(done, len(posts))


def _joined(export: dict[str, list[Row]], table: str, column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(export.get(table, []), key=lambda row: row["sort_order"] or 0):
        found[row["post_id"]].append(row[column])
    return found


async def _digests() -> dict[str, str]:
    async with transaction() as session:
        return await imports.post_digests(session)


async def _save_one(row: Row, settings: Settings, koenig: Koenig, summary: Summary) -> None:
    if row["status"] not in {"draft", "scheduled", "published"}:
        summary.read += 1
        summary.refuse(row["slug"], f"a post of the kind {row['status']!r} has no place here")
        return
    try:
        body = await _body(row, settings, koenig, summary)
        async with transaction() as session:
            summary.count(await imports.save_post(session, row, body))
    except DomainError as refused:
        summary.read += 1
        summary.refuse(row["slug"], refused.message)
        return
    _tell_what_is_missing(row, summary)


async def _body(row: Row, settings: Settings, koenig: Koenig, summary: Summary) -> Body:
    lexical = (await _lexical(row, koenig)).replace(PLACE, settings.apps.blog)
    visibility = imports.visibility_of(row)
    try:
        return await render(koenig, lexical, visibility=visibility, site_url=settings.apps.blog)
    except RenderFailed as failed:
        summary.refuse(row["slug"], f"its text is shown as the old site made it: {failed.message}")
        html = (row["html"] or "").replace(PLACE, settings.apps.blog)
        return rendered_elsewhere(lexical, html, visibility=visibility, site_url=settings.apps.blog)


async def _lexical(row: Row, koenig: Koenig) -> str:
    if row.get("lexical"):
        return str(row["lexical"])
    if row.get("mobiledoc"):
        return await koenig.from_mobiledoc(row["mobiledoc"])
    return await koenig.from_html(row.get("html") or "")


def _tell_what_is_missing(row: Row, summary: Summary) -> None:
    for column, why in LEFT_OUT.items():
        if row.get(column):
            summary.refuse(row["slug"], why)
    if imports.is_left_behind(row.get("feature_image")):
        summary.refuse(row["slug"], "its picture is not in the export: upload it again")
