import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from rose.supervisor.running import use_site_environ

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.config import Settings

_PARTS = ("blog", "market", "events", "cart")  # in this order: what is sold exists before anybody buys it

app = typer.Typer()


@app.command()
def demo(*, if_empty: Annotated[bool, typer.Option(help="Do nothing when there are members.")] = False) -> None:
    """Fill the site with a co-operative's posts, products and concerts, to try everything out."""
    use_site_environ()
    asyncio.run(_load(if_empty=if_empty))


async def _load(*, if_empty: bool) -> None:
    """All or nothing: what is killed half-way starts afresh."""
    from sqlalchemy import select

    from shared.config import load_settings
    from shared.db.session import create_engine, transaction, use_engine
    from shared.models import User

    settings = load_settings()
    database = create_engine(settings.database_url)
    use_engine(database)
    async with transaction() as session:
        if not (if_empty and await session.scalar(select(User.id).limit(1))):
            await _fill(session, settings)
    await database.dispose()


async def _fill(session: "AsyncSession", settings: "Settings") -> None:
    for part in _PARTS:
        if find_spec(f"rose.demo.{part}"):
            await import_module(f"rose.demo.{part}").load(session, settings)
