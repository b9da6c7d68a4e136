"""Icons for phones: the house's mark on paper, in the sizes that they ask for."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from rose.assets.places import Places
from rose.assets.plan import Named, Plan
from shared.infrastructure.found import mark

# Side in pixels, and how much of it the mark takes: a mask may cut off all but the middle.
ICONS = {
    "images/icon-180.png": (180, 0.72),
    "images/icon-192.png": (192, 0.78),
    "images/icon-512.png": (512, 0.78),
    "images/icon-512-maskable.png": (512, 0.54),
}
PAPER = "#fffdfa"
LARGER = 4


def plan(_places: Places) -> Plan:
    def make(_named: Named) -> dict[str, bytes]:
        return {name: draw(side, share) for name, (side, share) in ICONS.items()}

    return Plan("touch icons", [Path(mark.__file__), Path(__file__)], make)


def draw(side: int, share: float) -> bytes:
    large = side * LARGER
    image = Image.new("RGB", (large, large), PAPER)
    size = large * share
    mark.draw_mark(ImageDraw.Draw(image), (large - size) / 2, (large - size) / 2, size)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
