"""The colours of the style sheet as plain hexadecimal ones, for what no browser colours: pictures, icons, manifests."""

import re
from functools import cache
from math import cos, radians, sin
from pathlib import Path

from shared.design import Design

SHEET = Path(__file__).parent / "static/css/tokens.css"
COLOUR = re.compile(r"--color-([\w-]+): light-dark\((oklch\(.+?\)), (oklch\(.+\))\);")
# Below it sRGB is a straight line.
STRAIGHT = 0.0031308
PRODUCT = re.compile(r"calc\(([\d.]+) \* ([\d.]+)\)")


@cache
def palette(design: Design) -> dict[str, tuple[str, str]]:
    """Name → how it looks in light and in dark, with this accent."""
    return {name: (_hexadecimal(light), _hexadecimal(dark)) for name, (light, dark) in shades(design).items()}


def shades(design: Design) -> dict[str, tuple[str, str]]:
    """Name → its `oklch(lightness chroma hue)` in light and in dark."""
    said = SHEET.read_text("utf-8")
    said = said.replace("var(--accent-hue)", f"{design.accent_hue:f}")
    said = said.replace("var(--accent-chroma)", f"{design.shown_chroma:f}")
    said = PRODUCT.sub(lambda found: f"{float(found[1]) * float(found[2]):f}", said)
    return {name: (light, dark) for name, light, dark in COLOUR.findall(said)}


def linear(colour: str) -> tuple[float, ...]:
    """The light of red, green and blue in `oklch(lightness chroma hue)`: https://bottosson.github.io/posts/oklab/."""
    lightness, chroma, hue = (float(part) for part in re.findall(r"[\d.]+", colour)[:3])
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return tuple(min(max(part, 0.0), 1.0) for part in (red, green, blue))


def _hexadecimal(colour: str) -> str:
    return "#" + "".join(f"{round(255 * _encoded(part)):02x}" for part in linear(colour))


def _encoded(light: float) -> float:
    return 12.92 * light if light <= STRAIGHT else 1.055 * light ** (1 / 2.4) - 0.055
