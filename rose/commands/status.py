import typer

app = typer.Typer()


@app.command()
def status() -> None:
    """Say what runs, and where; exit code 1 when something that should run does not answer."""
    from rose.supervisor.status import report

    raise typer.Exit(int(report() > 0))
