import asyncio
from typing import Annotated

import typer

from rose.commands import people
from shared.models.grant import Role

app = typer.Typer(name="user", help="Look after the people of the site.")

Address = Annotated[str, typer.Argument(help="The address that the links to sign in go to.")]
Wanted = Annotated[Role, typer.Argument(help="What they may do.")]
Page = Annotated[str | None, typer.Option("--page", help="Only for what hangs on this page, by its address (slug).")]


@app.command()
def create(
    email: Address,
    *,
    admin: Annotated[bool, typer.Option("--admin", help="May change everything in the browser.")] = False,
    name: Annotated[str, typer.Option(help="As others see it.")] = "",
) -> None:
    """Make a member, or make an existing one an administrator. There are no passwords."""
    asyncio.run(people.create(email, name, admin=admin))
    typer.echo(f"{email} may sign in{' as an administrator' if admin else ''}: the link comes by mail.")


@app.command()
def grant(email: Address, role: Wanted, *, page: Page = None) -> None:
    """Give a member a role, for the whole site or for one page."""
    asyncio.run(people.grant(email, role, page))
    typer.echo(f"{email} is now {role}{f' of {page}' if page else ''}.")


@app.command()
def revoke(email: Address, role: Wanted, *, page: Page = None) -> None:
    """Take a role back. The last administrator keeps theirs."""
    asyncio.run(people.revoke(email, role, page))
    typer.echo(f"{email} is no longer {role}{f' of {page}' if page else ''}.")


@app.command()
def reset(email: Address) -> None:
    """Take passkeys, app and recovery codes away, and sign out everywhere: for whoever has lost them all."""
    asyncio.run(people.reset(email))
    typer.echo(f"{email} is signed out everywhere. At the next sign-in, by mail, a second factor is set up anew.")


@app.command("list")
def list_staff() -> None:
    """Everybody who holds a role."""
    for line in asyncio.run(people.list_staff()) or ["Nobody holds a role yet: rose user create EMAIL --admin"]:
        typer.echo(line)
