import asyncio
from typing import Annotated

import typer

app = typer.Typer(name="user", help="Look after the people of the site.")


@app.callback()
def people() -> None:
    """Keeps `create` a command of its own, though it is the only one."""


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="The address that the links to sign in go to.")],
    *,
    admin: Annotated[bool, typer.Option("--admin", help="May change everything in the browser.")] = False,
    name: Annotated[str, typer.Option(help="As others see it.")] = "",
) -> None:
    """Make a member, or make an existing one an administrator. There are no passwords."""
    asyncio.run(_create(email, name, admin=admin))
    typer.echo(f"{email} may sign in{' as an administrator' if admin else ''}: the link comes by mail.")


async def _create(email: str, name: str, *, admin: bool) -> None:
    from pydantic import TypeAdapter, ValidationError

    from blog.services import members
    from rose.database import site_database
    from rose.supervisor.errors import CannotRun
    from shared.browser.app.utils.parsing import Email
    from shared.db.session import transaction

    try:
        address = TypeAdapter(Email).validate_python(email)
    except ValidationError:
        raise CannotRun(f"{email} is not an e-mail address.") from None
    async with site_database(), transaction() as session:
        member = await members.welcome(session, address)
        member.name = name or member.name
        member.is_admin = admin or member.is_admin
