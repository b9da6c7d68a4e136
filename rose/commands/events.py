"""The bus, for the person who runs the server."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from rose.database import site_database

app = typer.Typer(name="events", help="Look after the domain events: who handles what, what waits, what failed.")
_APPS = ("blog", "market", "cart", "events")
T = TypeVar("T")

Consumer = Annotated[str, typer.Argument(help="An app, as rose events lag names it.")]
Moment = Annotated[datetime, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="In UTC.")]


@app.command()
def glue() -> None:
    """Print the glue: when this happens, emitted by whom, that app does this."""
    from shared.events.bus import public_facts, registrations

    _load_apps()
    table = Table("event", "emitted by", "handled by", "effect", "order", "public")
    for line in registrations():
        effect = "exactly once" if line.takes_session else "at least once"
        order = "by key" if line.ordered else "as seen"
        public = "yes" if line.fact.public else ""
        table.add_row(line.fact.name, line.fact.publisher(), line.name, effect, order, public)
    for name in sorted(public_facts().keys() - {line.fact.name for line in registrations()}):
        table.add_row(name, name.split(".")[0], "", "", "", "yes")
    Console().print(table)


@app.command()
def contract() -> None:
    """Print what strangers may rely on: each public event as JSON Schema."""
    from shared.events.contract import describe

    _load_apps()
    typer.echo(json.dumps(describe(), indent=2, ensure_ascii=False))


@app.command()
def relay() -> None:
    """Pour public events into the broker at RELAY_URL until Ctrl-C, in this process.

    With RELAY_URL in its environment the blog does it already; whoever comes second waits for its turn.
    """
    from rose.relay import run

    _load_apps()
    run()


@app.command()
def lag() -> None:
    """How far behind each app is, and what waits for another try."""
    from shared.events.operations import list_lag

    table = Table("app", "unread events", "oldest", "waiting for a retry", "parked behind them", "dead", "")
    for row in _read(list_lag):
        waiting = (str(row.retrying), str(row.parked), str(row.dead))
        age = f"{row.oldest.total_seconds():.1f} s"
        table.add_row(row.consumer, str(row.events), age, *waiting, "paused" if row.paused else "")
    Console().print(table)


@app.command()
def dead() -> None:
    """List the deliveries that failed for good, with their reason."""
    from shared.events.operations import list_dead

    table = Table("event id", "type", "happened", "handler", "tries", "reason")
    for delivery, kind, at in _read(list_dead):
        words = (str(delivery.event_id), kind, at[:19].replace("T", " ") + " UTC", delivery.handler)
        table.add_row(*words, str(delivery.attempts), delivery.error)
    Console().print(table)


@app.command()
def replay(
    event: Annotated[int | None, typer.Option(help="Only this event.")] = None,
    handler: Annotated[str | None, typer.Option(help="Only this handler, like events.issue_tickets.")] = None,
    kind: Annotated[str | None, typer.Option("--type", help="Only this type, like cart.order_paid.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what failed since then (UTC).")] = None,
) -> None:
    """Try dead deliveries again, now."""
    from shared.events.operations import replay as try_again

    moment = since.replace(tzinfo=UTC) if since else None
    again = _write(lambda session: try_again(session, event_id=event, handler=handler, kind=kind, since=moment))
    typer.echo(f"{again} will be tried again.")


@app.command()
def pause(consumer: Consumer, *, resume: Annotated[bool, typer.Option(help="Go on where it stopped.")] = False) -> None:
    """Stop reading for one app; what happens meanwhile is kept."""
    from shared.events.operations import pause as stop

    _write(lambda session: stop(session, consumer, paused=not resume))
    typer.echo(f"{consumer} {'goes on' if resume else 'is paused'}.")


@app.command()
def skip(
    consumer: Annotated[str | None, typer.Argument(help="An app: leave out all that it has not yet read.")] = None,
    event: Annotated[int | None, typer.Option(help="With --handler: give up this one delivery.")] = None,
    handler: Annotated[str | None, typer.Option(help="Like events.issue_tickets.")] = None,
) -> None:
    """Leave something out: one delivery, or everything an app has not yet read."""
    from shared.events.operations import drop_delivery
    from shared.events.operations import skip as skip_all

    if consumer is None and event is not None and handler is not None:
        _write(lambda session: drop_delivery(session, event_id=event, handler=handler))
    elif consumer is not None and event is None and handler is None:
        _write(lambda session: skip_all(session, consumer))
    else:
        raise typer.BadParameter("Name either an app, or a delivery with both --event and --handler.")
    typer.echo("Left out.")


@app.command()
def forget(consumer: Consumer) -> None:
    """Forget a reader that will never come back, so that the log no longer waits for it."""
    from shared.events.operations import forget as let_go

    _write(lambda session: let_go(session, consumer))
    typer.echo(f"{consumer} is forgotten.")


@app.command()
def rewind(consumer: Consumer, to: Moment) -> None:
    """Handle again all that happened since a moment, as far as it is kept."""
    from shared.events.operations import rewind as go_back

    moment = f"{to:%Y-%m-%d %H:%M:%S} UTC"
    if _write(lambda session: go_back(session, consumer, to=to.replace(tzinfo=UTC))):
        typer.echo(f"{consumer} begins again at {moment}.")
    else:
        typer.echo(f"Nothing has happened since {moment}; {consumer} stays where it is.")


def _load_apps() -> None:
    for name in _APPS:
        import_module(f"{name}.app").register_handlers()


def _read(question: Callable[[AsyncSession], Awaitable[T]]) -> T:
    from shared.db.session import get_session

    async def ask() -> T:
        async with site_database(), get_session(read_only=True) as session:
            return await question(session)

    return asyncio.run(ask())


def _write(change: Callable[[AsyncSession], Awaitable[T]]) -> T:
    from shared.db.session import transaction

    async def make() -> T:
        async with site_database(), transaction() as session:
            return await change(session)

    return asyncio.run(make())
