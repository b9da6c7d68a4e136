"""A QR code as one path of an SVG: no markup to trust, no inline style to allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

# The quiet zone that readers need around the code, in modules.
BORDER = 4
Run = tuple[int, int, int]


@dataclass(frozen=True)
class Code:
    """`size` modules a side, border included; `path` draws the dark ones."""

    text: str
    size: int
    path: str


def draw(text: str) -> Code:
    size, dark = runs(text)
    return Code(text, size, "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in dark))


def runs(text: str) -> tuple[int, list[Run]]:
    """How many modules a side, and the dark runs of each row as (x, y, length)."""
    import segno

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=BORDER)]
    return len(rows), [run for y, row in enumerate(rows) for run in _dark(row, y)]


def _dark(row: list[int], y: int) -> Iterator[Run]:
    x = 0
    for dark, modules in groupby(row, bool):
        length = len(list(modules))
        if dark:
            yield x, y, length
        x += length
