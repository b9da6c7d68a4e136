"""The outlines of our drawings as points: what a `d` of an SVG says, in capital letters only."""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import atan2, cos, hypot, pi, sin, sqrt, tau

Point = tuple[float, float]
Line = list[Point]
WORD = re.compile(r"[A-Z]|-?(?:\d*\.\d+|\d+)")
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}
# Points of a curve, and of a whole round.
STEPS, ROUND = 14, 48


class Pen:
    """Follows the letters of a path and leaves a line of points for each stroke of it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._turn: Point | None = None

    @property
    def _here(self) -> Point:
        return self.lines[-1][-1]

    def follow(self, letter: str, said: list[float]) -> None:
        turn, self._turn = self._turn, None
        match letter:
            case "M":
                self.lines.append([(said[0], said[1])])
            case "L":
                self.lines[-1].append((said[0], said[1]))
            case "H":
                self.lines[-1].append((said[0], self._here[1]))
            case "V":
                self.lines[-1].append((self._here[0], said[0]))
            case "Z":
                self.lines[-1].append(self.lines[-1][0])
            case "A":
                self.lines[-1].extend(_arc(self._here, said))
            case _:
                self._bend(said if letter == "C" else [*self._mirror(turn), *said])

    def _mirror(self, turn: Point | None) -> Point:
        x, y = self._here
        return (2 * x - turn[0], 2 * y - turn[1]) if turn else (x, y)

    def _bend(self, said: list[float]) -> None:
        (x0, y0), (x1, y1, x2, y2, x3, y3) = self._here, said
        for t in (step / STEPS for step in range(1, STEPS + 1)):
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            self.lines[-1].append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
        self._turn = (x2, y2)


def read(path: str) -> list[Line]:
    pen, letter, said = Pen(), "M", list[float]()
    for word in WORD.findall(path):
        if word.isalpha():
            letter, said = word, []
        else:
            said.append(float(word))
        if len(said) == TAKES[letter]:
            pen.follow(letter, said)
            letter, said = ("L" if letter == "M" else letter), []
    return pen.lines


def ellipse(x: float, y: float, wide: float, high: float) -> Line:
    turns = [tau * step / ROUND for step in range(ROUND + 1)]
    return [(x + wide * cos(turn), y + high * sin(turn)) for turn in turns]


def box(corner: Point, wide: float, high: float, bend: float) -> Line:
    """A rectangle whose corners are rounded by `bend`."""
    x, y = corner
    middles = (
        (x + wide - bend, y + high - bend),
        (x + bend, y + high - bend),
        (x + bend, y + bend),
        (x + wide - bend, y + bend),
    )
    turns = [(middle, pi / 2 * (quarter + step / 6)) for quarter, middle in enumerate(middles) for step in range(7)]
    line = [(middle[0] + bend * cos(turn), middle[1] + bend * sin(turn)) for middle, turn in turns]
    return [*line, line[0]]


def dashed(line: Line, shown: float, hidden: float) -> Iterator[Line]:
    """The pieces that a dash pattern leaves of a line."""
    drawn, left, piece = True, shown, [line[0]]
    for (x0, y0), (x1, y1) in pairwise(line):
        length, done = hypot(x1 - x0, y1 - y0), 0.0
        while length - done > left:
            done += left
            spot = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length)
            if drawn:
                yield [*piece, spot]
            drawn, left, piece = not drawn, hidden if drawn else shown, [spot]
        left -= length - done
        piece.append((x1, y1))
    if drawn:
        yield piece


def _arc(start: Point, said: list[float]) -> Line:
    """From https://www.w3.org/TR/SVG11/implnote.html#ArcImplementationNotes, for arcs that are not tilted."""
    wide, high, _tilt, large, sweep, x, y = said
    dx, dy = (start[0] - x) / 2 / wide, (start[1] - y) / 2 / high
    reach = hypot(dx, dy)
    stretch = max(1.0, reach)
    wide, high, dx, dy = wide * stretch, high * stretch, dx / stretch, dy / stretch
    away = sqrt(max(0.0, 1 / (dx * dx + dy * dy) - 1)) * (1 if large != sweep else -1)
    mx, my = away * dy, -away * dx
    first, last = atan2(dy - my, dx - mx), atan2(-dy - my, -dx - mx)
    turn = (last - first) % tau - (0 if sweep else tau)
    cx, cy = (start[0] + x) / 2 + mx * wide, (start[1] + y) / 2 + my * high
    steps = [first + turn * step / (ROUND // 2) for step in range(1, ROUND // 2 + 1)]
    return [(cx + wide * cos(angle), cy + high * sin(angle)) for angle in steps]
