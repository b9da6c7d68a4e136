"""Icons for phones: the house's mark on paper, in the sizes that they ask for."""

import io

from PIL import Image

from rose.assets import marks
from rose.assets.design import load
from rose.assets.places import Places
from rose.assets.plan import Named, Plan
from shared.infrastructure.found import raster
from shared.palette import palette

# Side in pixels, and how much of it the mark takes: a mask may cut off all but the middle.
ICONS = {
    "images/icon-180.png": (180, 0.72),
    "images/icon-192.png": (192, 0.78),
    "images/icon-512.png": (512, 0.78),
    "images/icon-512-maskable.png": (512, 0.54),
}


def plan(places: Places) -> Plan:
    mark = places.static / "marks/mark.svg"

    def make(_named: Named) -> dict[str, bytes]:
        design = load(places.config)
        svg, paper = marks.dye(mark, design), palette(design)["raised"][0]
        return {name: draw(svg, paper, side, share) for name, (side, share) in ICONS.items()}

    return Plan("touch icons", marks.inputs(places), make)


def draw(svg: str, paper: str, side: int, share: float) -> bytes:
    image = Image.new("RGB", (side, side), paper)
    mark = raster.paint(svg, round(side * share))
    image.paste(mark, ((side - mark.width) // 2, (side - mark.height) // 2), mark)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
