"""The `rose` command. Each command is a file in `rose/commands`; what it needs is loaded when it runs."""

import errno
import sys
from importlib import import_module

import typer

from rose.commands import COMMANDS
from shared.errors import DomainError

app = typer.Typer(
    help="Run and look after a Rose Ash site.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _name in COMMANDS:
    app.add_typer(import_module(f"rose.commands.{_name}").app)


def main() -> None:
    """What an operator can put right is one sentence and exit code 1, never a traceback."""
    try:
        app(prog_name="rose")
    except DomainError as error:
        sys.exit(f"rose: {error.message}")
    except OSError as error:
        sys.exit(f"rose: {_sentence(error)}")


def _sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "The disk is full. Make room and start again; nothing that was saved is lost."
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}."
