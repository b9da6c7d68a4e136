"""What `up` tells its operator: colours and a moving line on a terminal, plain lines anywhere else."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.status import Status

_console = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    _print(escape(text))


def done(text: str, seconds: float) -> None:
    mark = "[green]✓[/] " if _console.is_terminal else ""
    _print(f"{mark}{escape(text)} [dim]{seconds:.1f} s[/]")


def alarm(name: str, text: str) -> None:
    _print(f"[yellow]{name}[/]: {escape(text)}")


def shout(text: str) -> None:
    _print(f"[bold green]{escape(text)}[/]")


class Progress:
    """The line at the bottom: what is still being waited for."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._waiting: dict[str, str] = {}

    def begin(self, name: str) -> None:
        self._waiting[name] = ""
        self._show()

    def detail(self, name: str, text: str) -> None:
        self._waiting[name] = text
        self._show()
        if not _console.is_terminal:
            say(f"{name}: {text}")

    def end(self, name: str) -> None:
        self._waiting.pop(name, None)
        self._show()

    def _show(self) -> None:
        parts = (f"{name} ({text})" if text else name for name, text in self._waiting.items())
        self._status.update(escape("Starting " + ", ".join(parts)))


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    with _console.status("Starting") as status:
        yield Progress(status)


def _print(markup: str) -> None:
    # The terminal may be gone while the site is still being stopped.
    with contextlib.suppress(OSError):
        _console.print(markup)
