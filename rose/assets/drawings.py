"""Drawings of goods and evenings, and wide scenes for stories, in our colours for light and dark.

Their shapes stand in shared/static/drawings.yaml and scenes.yaml. All drawings are in one sheet as well, where
`drawings.svg#bread` shows one of them: a list of goods costs one request, however many it shows.
"""

import re
from pathlib import Path

import yaml

from rose.assets.places import Places
from rose.assets.plan import Named, Plan

# Each for light and for dark.
COLOURS = {
    "rose": ("#b3263a", "#cf4455"),
    "pink": ("#e9808a", "#f09aa2"),
    "plum": ("#6f2f55", "#945079"),
    "leaf": ("#4f7350", "#6f9a6d"),
    "pine": ("#345740", "#4f7a5c"),
    "sage": ("#93b088", "#a9c79d"),
    "umber": ("#6b4226", "#8a5c39"),
    "crust": ("#b36f2f", "#c07f40"),
    "gold": ("#e2ad62", "#e6b671"),
    "peach": ("#f2a765", "#f5b57c"),
    "orange": ("#d8712d", "#e07d3b"),
    "cream": ("#f8e9cb", "#f5e2bd"),
    "white": ("#fffaf0", "#fff4e2"),
    "steel": ("#8fa3a8", "#9fb4b9"),
    "sky": ("#c9d8d3", "#4b5f5c"),
    "frost": ("#d5e1dc", "#5c716e"),
    "snow": ("#e8eee8", "#768a85"),
    "hill": ("#a3bb95", "#5c7a62"),
    "meadow": ("#64875f", "#46634c"),
    "night": ("#3b3452", "#2b2540"),
    "coal": ("#2e2622", "#7d6e64"),
    "ground": ("#e6d2b2", "#372c26"),
    "ink": ("#43312a", "#e9d9c6"),
}
GROUNDS = (
    "M70 166C72 86 150 40 240 46S414 96 408 182 330 296 232 290 66 246 70 166Z",
    "M92 120C122 58 204 34 284 50S424 136 402 212 312 298 214 286 62 182 92 120Z",
    "M84 196C66 118 132 54 232 48S410 84 412 170 344 290 236 292 100 268 84 196Z",
)
LINES = ".line { fill: none; stroke-linecap: round; stroke-linejoin: round; }"


# In the sheet all lie on top of each other, and only the one that the address names is seen. Views side by side
# would do as well, but browsers then walk through all of them to draw one.
ONE_AT_A_TIME = ".drawing:not(:target) { display: none; }"


def plan(places: Places) -> Plan:
    inputs = [places.static / name for name in ("drawings.yaml", "scenes.yaml")]

    def make(_named: Named) -> dict[str, bytes]:
        drawings, scenes = (_shapes(path) for path in inputs)
        made = {
            **{f"images/illustrations/{name}.svg": draw(name, body) for name, body in drawings.items()},
            **{f"images/scenes/{name}.svg": paint(body) for name, body in scenes.items()},
            "images/drawings.svg": sheet(drawings),
        }
        return {name: text.encode() for name, text in made.items()}

    return Plan("drawings", inputs, make)


def draw(name: str, body: str) -> str:
    """A whole SVG of one thing, on a patch of ground."""
    return _svg(480, 320, _grounded(name, body))


def paint(body: str) -> str:
    """A whole SVG of one scene, which fills its frame."""
    return _svg(960, 540, body)


def sheet(drawings: dict[str, str]) -> str:
    stacked = "".join(f'<g class="drawing" id="{name}">{_own(name, body)}</g>' for name, body in drawings.items())
    return _svg(480, 320, stacked, rules=ONE_AT_A_TIME)


def _own(name: str, body: str) -> str:
    """With identifiers that no other drawing has."""
    return re.sub(r'(\bid="|href="#)', rf"\1{name}-", _grounded(name, body))


def _grounded(name: str, body: str) -> str:
    ground = f'<path class="ground" d="{GROUNDS[len(name) % len(GROUNDS)]}"/>'
    shadow = '<path class="line line-ink" stroke-width="5" opacity=".25" d="M126 276H354"/>'
    return ground + shadow + body


def _shapes(source: Path) -> dict[str, str]:
    shapes: dict[str, str] = yaml.safe_load(source.read_text("utf-8")) if source.exists() else {}
    return shapes


def _svg(width: int, height: int, body: str, *, rules: str = "") -> str:
    used = re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]+)"', body)))
    light, dark = (_rules(used, place) for place in (0, 1))
    style = f"<style>{rules}{LINES}{light}@media (prefers-color-scheme: dark) {{{dark}}}</style>"
    lines = "".join(line.strip() for line in body.splitlines())
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f"{head}{style}{lines}</svg>"


def _rules(used: list[str], place: int) -> str:
    fills = [f".{name} {{ fill: {COLOURS[name][place]}; }}" for name in COLOURS if name in used]
    strokes = [f".line-{name} {{ stroke: {COLOURS[name][place]}; }}" for name in COLOURS if f"line-{name}" in used]
    return "".join([*fills, *strokes])
