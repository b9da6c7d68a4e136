"""The house's mark and its favicon, whose berries have the accent of app-config.yaml."""

from pathlib import Path
from string import Template

from rose.assets.design import load
from rose.assets.places import Places
from rose.assets.plan import Named, Plan
from shared import palette
from shared.design import Design
from shared.infrastructure.found import outlines, raster


def plan(places: Places) -> Plan:
    def make(_named: Named) -> dict[str, bytes]:
        design = load(places.config)
        return {f"images/{path.name}": dye(path, design).encode() for path in _sources(places)}

    return Plan("marks", inputs(places), make)


def inputs(places: Places) -> list[Path]:
    tools = [Path(module.__file__ or "") for module in (palette, outlines, raster)]
    return [*_sources(places), places.config, palette.SHEET, *tools]


def dye(source: Path, design: Design) -> str:
    colours = palette.palette(design)
    shades = {name: colours[name][0] for name in ("berry", "shine")}
    return Template(source.read_text("utf-8")).substitute(
        shades, berry_dark=colours["berry"][1], shine_dark=colours["shine"][1]
    )


def _sources(places: Places) -> list[Path]:
    return sorted((places.static / "marks").glob("*.svg"))
