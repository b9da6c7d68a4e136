"""The drawings of goods: shapes from shared/static/drawings.yaml, in our colours for light and dark."""

import re

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
    "orange": ("#d8712d", "#e07d3b"),
    "cream": ("#f8e9cb", "#f5e2bd"),
    "white": ("#fffaf0", "#fff4e2"),
    "steel": ("#8fa3a8", "#9fb4b9"),
    "ground": ("#efe0cb", "#3b302a"),
    "ink": ("#43312a", "#e9d9c6"),
}
GROUNDS = (
    "M70 166C72 86 150 40 240 46S414 96 408 182 330 296 232 290 66 246 70 166Z",
    "M92 120C122 58 204 34 284 50S424 136 402 212 312 298 214 286 62 182 92 120Z",
    "M84 196C66 118 132 54 232 48S410 84 412 170 344 290 236 292 100 268 84 196Z",
)
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 320" width="480" height="320">'
LINES = ".line { fill: none; stroke-linecap: round; stroke-linejoin: round; }"


def plan(places: Places) -> Plan:
    source = places.static / "drawings.yaml"

    def make(_named: Named) -> dict[str, bytes]:
        shapes: dict[str, str] = yaml.safe_load(source.read_text("utf-8")) if source.exists() else {}
        return {f"images/illustrations/{name}.svg": draw(name, body).encode() for name, body in shapes.items()}

    return Plan("drawings", [source] if source.exists() else [], make)


def draw(name: str, body: str) -> str:
    """A whole SVG of one drawing."""
    ground = f'<path class="ground" d="{GROUNDS[len(name) % len(GROUNDS)]}"/>'
    shadow = '<path class="line line-ink" stroke-width="5" opacity=".25" d="M126 276H354"/>'
    used = re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]+)"', ground + shadow + body)))
    light, dark = (_rules(used, place) for place in (0, 1))
    style = f"<style>{LINES}{light}@media (prefers-color-scheme: dark) {{{dark}}}</style>"
    return f"{HEAD}{style}{ground}{shadow}{body.strip()}</svg>"


def _rules(used: list[str], place: int) -> str:
    fills = [f".{name} {{ fill: {COLOURS[name][place]}; }}" for name in COLOURS if name in used]
    strokes = [f".line-{name} {{ stroke: {COLOURS[name][place]}; }}" for name in COLOURS if f"line-{name}" in used]
    return "".join([*fills, *strokes])
