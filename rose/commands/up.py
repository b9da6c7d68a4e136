from typing import Annotated

import typer

from rose.supervisor.addresses import HIGHEST_BASE

app = typer.Typer()
Port = Annotated[
    int,
    typer.Option(min=1024, max=HIGHEST_BASE, help="The site's port; the others follow, up to 21 above it."),
]


@app.command()
def up(port: Port = 8000) -> None:
    """Start everything and keep it running until Ctrl-C.

    ROSE_HOME (default .rose) holds the data. With DATABASE_URL, REDIS_URL, SMTP_URL or SUMUP_API_KEY in the
    environment the real thing is used, and the embedded one is not started.
    """
    from rose.supervisor.up import run

    run(port)
