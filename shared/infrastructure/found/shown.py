"""What a shared picture shows beside its words: one of our drawings, or a picture that somebody uploaded."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from shared.config import Settings
from shared.infrastructure import pictures
from shared.infrastructure.found import raster
from shared.infrastructure.pictures import PictureNotFound
from shared.infrastructure.static_files import DIST, NoSuchAsset, asset_address

FRAME = (504, 336)
asset = asset_address()


def find(settings: Settings, shown: str = "stall") -> Image.Image | None:
    """Nothing for a picture of another site, or one that is gone."""
    try:
        if shown.startswith("/media/"):
            return _framed(Image.open(pictures.find(shown.removeprefix("/media/"), settings)))
        return drawing(shown.removeprefix("/static/") if "/" in shown else f"images/illustrations/{shown}.svg")
    except (PictureNotFound, NoSuchAsset, OSError):
        return None


def drawing(name: str) -> Image.Image:
    """Raises NoSuchAsset."""
    svg = built(name).read_text("utf-8")
    wide = 'viewBox="0 0 480' not in svg
    return _framed(raster.paint(svg, FRAME[1] * 16 // 9)) if wide else raster.paint(svg, FRAME[0])


def built(name: str) -> Path:
    return DIST / asset(name).removeprefix("/static/")


def _framed(image: Image.Image) -> Image.Image:
    """Cut to the frame, with the corners rounded as on our pages."""
    picture = ImageOps.fit(image.convert("RGBA"), FRAME, Image.Resampling.LANCZOS)
    picture.putalpha(_corners())
    return picture


def _corners(bend: int = 18, larger: int = 4) -> Image.Image:
    mask = Image.new("L", (FRAME[0] * larger, FRAME[1] * larger))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), bend * larger, fill=255)
    return mask.resize(FRAME, Image.Resampling.LANCZOS)
