import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from blog.services import imports
from rose.importers.summary import Summary
from shared.db.session import transaction
from shared.errors import DomainError

Progress = Callable[[int, int], None]


async def run(path: Path, *, progress: Progress) -> Summary:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    summary = Summary()
    await save(rows, summary)
    progress(len(rows), len(rows))
    return summary


async def save(rows: Iterable[Mapping[str, Any]], summary: Summary) -> None:
    async with transaction() as session:
        for row in rows:
            try:
                summary.count(await imports.save_member(session, row))
            except DomainError as refused:
                summary.read += 1
                summary.refuse(str(row.get("email")), refused.message)
