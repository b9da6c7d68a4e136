from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def assets(*, quiet: Annotated[bool, typer.Option(help="Say nothing unless it fails.")] = False) -> None:
    """Build style sheets, scripts, icons and the editor; what has not changed is left alone."""
    from rose.assets import build

    build(quiet=quiet)
