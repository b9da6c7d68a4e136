"""The sign of the house, three rowan berries over two leaves, for pictures: the same as images/favicon.svg."""

from math import cos, pi, sin

from PIL import ImageDraw

LEAF, BERRY, LIGHT = "#4f7350", "#b3263a", "#ef9aa2"
# In a square of 32, as in the favicon.
BERRIES, SHINE = ((16, 6), (9, 15), (23, 15)), ((14, 4), (7, 13), (21, 13))
RADIUS, SHINE_RADIUS = 6.0, 1.5
SQUARE = 32


def draw_mark(draw: ImageDraw.ImageDraw, left: float, top: float, size: float) -> None:
    """`size` is the side of the square. Drawn without soft edges: draw it large and make it small."""
    unit = size / SQUARE

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * unit, top + y * unit

    draw.line((*at(16, 16), *at(16, 31)), fill=LEAF, width=max(1, round(2 * unit)))
    for side in (-1, 1):
        draw.polygon([at(*point) for point in _leaf(side)], fill=LEAF)
    for places, radius, colour in ((BERRIES, RADIUS, BERRY), (SHINE, SHINE_RADIUS, LIGHT)):
        for x, y in places:
            draw.ellipse((*at(x - radius, y - radius), *at(x + radius, y + radius)), fill=colour)


def _leaf(side: int) -> list[tuple[float, float]]:
    """A leaf from the stem outwards: wide in the middle, pointed at both ends."""
    steps = [step / 16 for step in range(17)]
    upper = [(16 + side * 15.5 * t, 28 - 3.5 * t - 5 * sin(pi * t) * (1.2 - 0.2 * cos(pi * t))) for t in steps]
    lower = [(16 + side * 15.5 * t, 28 - 3.5 * t + 4 * sin(pi * t)) for t in reversed(steps)]
    return upper + lower
