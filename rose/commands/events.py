"""The bus, for the person who runs the server."""

import asyncio
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rose.database import site_database

app = typer.Typer(name="events", help="Look after the domain events: who handles what, what waits, what failed.")
_APPS = ("blog", "market", "cart", "events")


@app.command()
def glue() -> None:
    """Print the glue: when this happens, emitted by whom, that app does this."""
    from shared.events.bus import registrations

    for name in _APPS:
        import_module(f"{name}.app").register_handlers()
    table = _table("event", "emitted by", "handled by", "effect")
    for line in registrations():
        effect = "exactly once" if line.takes_session else "at least once"
        table.add_row(line.fact.name, line.fact.publisher(), line.name, effect)
    Console().print(table)


@app.command()
def lag() -> None:
    """How far behind each app is, and what waits for another try."""
    from shared.db.session import get_session
    from shared.events.operations import list_lag

    async def show() -> None:
        table = _table("app", "unread events", "oldest", "waiting for a retry", "dead")
        async with site_database(), get_session(read_only=True) as session:
            for row in await list_lag(session):
                seconds = f"{row.oldest.total_seconds():.1f} s"
                table.add_row(row.consumer, str(row.events), seconds, str(row.retrying), str(row.dead))
        Console().print(table)

    asyncio.run(show())


@app.command()
def dead() -> None:
    """List the deliveries that failed for good, with their reason."""
    from shared.db.session import get_session
    from shared.events.operations import list_dead

    async def show() -> None:
        table = _table("event id", "type", "happened", "handler", "tries", "reason")
        async with site_database(), get_session(read_only=True) as session:
            for delivery, kind, at in await list_dead(session):
                moment = f"{at:%Y-%m-%d %H:%M:%S} UTC"
                words = (str(delivery.event_id), kind, moment, delivery.handler, str(delivery.attempts))
                table.add_row(*words, delivery.error)
        Console().print(table)

    asyncio.run(show())


@app.command()
def replay(
    event: Annotated[int | None, typer.Option(help="Only this event.")] = None,
    handler: Annotated[str | None, typer.Option(help="Only this handler, like events.issue_tickets.")] = None,
) -> None:
    """Try dead deliveries again, now."""
    from shared.db.session import transaction
    from shared.events.operations import replay as try_again

    async def again() -> int:
        async with site_database(), transaction() as session:
            return await try_again(session, event_id=event, handler=handler)

    typer.echo(f"{asyncio.run(again())} will be tried again.")


def _table(*headers: str) -> Table:
    table = Table()
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
