"""The colours stay readable whatever accent is chosen."""

from itertools import product
from pathlib import Path

import pytest

from rose.assets.design import load
from rose.assets.errors import BuildFailed
from shared.design import Design
from shared.palette import linear, palette, shades

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
    return {name: luminance(said[scheme]) for name, said in shades(design).items()}


def luminance(colour: str) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


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


def test_plain_colours_are_those_of_the_style_sheet() -> None:
    assert palette(Design())["accent"][0] == "#b12532"
    assert palette(Design(accent_hue=145))["accent"] != palette(Design())["accent"]
    assert palette(Design(accent_hue=145))["ink"] == palette(Design())["ink"]
