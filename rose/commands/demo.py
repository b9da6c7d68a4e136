import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.config import Settings

_PARTS = ("blog", "market", "events", "links", "cart")  # in this order: what is sold exists before anybody buys it

app = typer.Typer()


@app.command()
def demo(*, if_empty: Annotated[bool, typer.Option(help="Do nothing when there are members.")] = False) -> None:
    """Fill the site with a co-operative's posts, products and concerts, to try everything out."""
    asyncio.run(_load(if_empty=if_empty))


async def _load(*, if_empty: bool) -> None:
    """All or nothing: what is killed half-way starts afresh."""
    from sqlalchemy import select

    from rose.database import site_database
    from shared.db.session import transaction
    from shared.models import User

    async with site_database() as settings, transaction() as session:
        if not (if_empty and await session.scalar(select(User.id).limit(1))):
            await _fill(session, settings)


async def _fill(session: "AsyncSession", settings: "Settings") -> None:
    for part in _PARTS:
        if find_spec(f"rose.demo.{part}"):
            await import_module(f"rose.demo.{part}").load(session, settings)
