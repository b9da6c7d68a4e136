"""What a Ghost exports: the JSON of its posts and pages, or the CSV of its members. Twice is as good as once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from blog.services import imports
from rose.importers import ghost_members, ghost_posts
from rose.importers.summary import Summary
from shared.config import Settings
from shared.db.session import transaction
from shared.editor.koenig import Koenig

Progress = Callable[[int, int], None]


async def run(path: Path, settings: Settings, *, progress: Progress = lambda _done, _total: None) -> Summary:
    if path.suffix.lower() == ".csv":
        return await ghost_members.run(path, progress=progress)
    export = _read(path)
    summary = Summary()
    async with transaction() as session:
        for kind in ("newsletters", "tags", "users"):
            for row in export.get(kind, []):
                summary.count(await imports.SAVERS[kind](session, row))
    if members := export.get("members", []):
        await ghost_members.save(members, summary)
    koenig = Koenig()
    try:
        await ghost_posts.save(export, settings, koenig, summary, progress=progress)
    finally:
        await koenig.aclose()
    return summary


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = json.loads(path.read_text("utf-8"))["db"][0]["data"]
    return tables
