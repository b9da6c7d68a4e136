"""The colours stay readable whatever accent is chosen."""

import re
from itertools import product
from math import cos, radians, sin
from pathlib import Path

import pytest

from rose.assets.design import load
from rose.assets.errors import BuildFailed
from shared.design import Design

SHEET = (Path(__file__).parents[2] / "shared/static/css/tokens.css").read_text()
COLOUR = re.compile(r"--color-([\w-]+): light-dark\((oklch\(.+?\)), (oklch\(.+\))\);")
# What is written on what.
PAIRS = [
    *product(("ink", "soft", "accent", "accent-deep", "good", "warn", "bad"), ("paper", "raised", "sunk", "wheat")),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-deep"),
    ("accent-deep", "accent-soft"),
    ("ink", "accent-soft"),
    ("accent", "accent-soft"),
    ("good", "good-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
]


def colours(design: Design, scheme: int) -> dict[str, float]:
    """Name → luminance, in light (0) or dark (1)."""
    return {found[0]: luminance(found[1 + scheme], design) for found in COLOUR.findall(SHEET)}


def luminance(colour: str, design: Design) -> float:
    worth = colour.replace("var(--accent-hue)", str(design.accent_hue))
    worth = worth.replace("var(--accent-chroma)", str(design.shown_chroma))
    worth = re.sub(r"calc\(([\d.]+) \* ([\d.]+)\)", lambda found: str(float(found[1]) * float(found[2])), worth)
    lightness, chroma, hue = map(float, re.findall(r"[\d.]+", worth)[:3])
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return sum(
        share * min(max(part, 0), 1) for share, part in zip((0.2126, 0.7152, 0.0722), (red, green, blue), strict=True)
    )


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("chroma", [0.02, 0.1, 0.175, 0.19])
@pytest.mark.parametrize("hue", range(0, 360, 15))
def test_words_stand_out_in_light_and_dark_with_every_accent(hue: int, chroma: float) -> None:
    design = Design(accent_hue=hue, accent_chroma=chroma)

    for scheme in (0, 1):
        seen = colours(design, scheme)
        weak = {pair: contrast(seen[pair[0]], seen[pair[1]]) for pair in PAIRS}
        assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("wrong", ["text_size: 90", "space: 40", "space: 1"])
def test_a_wrong_design_names_what_is_wrong(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(f"design: {{{wrong}}}")

    with pytest.raises(BuildFailed, match=rf"design\.{wrong.split(':', maxsplit=1)[0]}"):
        load(file)
