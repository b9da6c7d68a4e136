"""Bring in what exists: each import says what it read, created, changed and refused, and why."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from rose.importers.summary import Summary
from shared.config import Settings

app = typer.Typer(name="import", help="Bring in what exists. Importing the same file twice changes nothing.")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Run = Callable[[Settings, Callable[[int, int], None]], Awaitable[Summary]]


@app.command()
def ghost(file: File) -> None:
    """Posts, pages, tags, authors, newsletters (the JSON export) or members (the CSV export) of a Ghost."""
    from rose.importers import ghost as importer

    _import(lambda settings, progress: importer.run(file, settings, progress=progress))


@app.command()
def products(
    file: File,
    marketplace: Annotated[str | None, typer.Option(help="Its slug; without one, each producer gets its own.")] = None,
) -> None:
    """Products from a CSV file as Open Food Network exports it."""
    from rose.importers import products as importer

    _import(lambda settings, progress: importer.run(file, settings, marketplace=marketplace, progress=progress))


@app.command()
def ical(
    file: File, calendar: Annotated[str, typer.Option(help="The slug of the calendar; made if there is none.")]
) -> None:
    """Entries from an iCalendar file."""
    from rose.importers import ical as importer

    _import(lambda settings, progress: importer.run(file, settings, calendar=calendar, progress=progress))


def _import(run: Run) -> None:
    from rose.database import site_database

    async def work() -> Summary:
        with Progress(transient=True) as bar:
            task = bar.add_task("Importing", total=None)
            async with site_database() as settings:
                return await run(settings, lambda done, total: bar.update(task, completed=done, total=total))

    _report(asyncio.run(work()))


def _report(summary: Summary) -> None:
    console = Console()
    console.print(
        f"{summary.read} read: {summary.created} created, {summary.changed} changed, "
        f"{summary.unchanged} unchanged, {len(summary.refused)} refused."
    )
    for what, why in summary.refused:
        console.print(f"  refused: {what}: {why}", highlight=False)
