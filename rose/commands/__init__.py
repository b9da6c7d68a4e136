"""One file a command, each with an `app = typer.Typer()`; a named Typer is a group of commands."""

COMMANDS = ("up", "status", "migrate", "assets", "demo", "events", "import_", "user")
