"""A picture to share: under the awning the mark and the site's name, a title beside a picture, and a line below."""

import io

from PIL import Image, ImageDraw, ImageFont

from shared.config import Settings
from shared.infrastructure.found import raster
from shared.infrastructure.found.shown import FRAME, built
from shared.palette import palette

SIZE, LEFT, RIGHT = (1200, 630), 72, 1128
SCALLOP, LARGER = 25, 4
# Where the title and the picture stand, from top to bottom; then the line that everything else stands on.
TOP, BOTTOM, LINE = 160, 496, 574
TITLE_SIZES, KICKER_SIZES = (78, 70, 62, 56, 50, 44, 38, 32, 28, 24, 20), (30, 27, 24, 21, 18, 15)
LEADING = 1.18
BOLD, PLAIN = 700, 400
Font = ImageFont.FreeTypeFont


def draw(settings: Settings, title: str, kicker: str, picture: Image.Image | None) -> bytes:
    """A PNG, the same for the same words and picture."""
    colours = {name: light for name, (light, _dark) in palette(settings.design).items()}
    image = Image.new("RGB", SIZE, colours["paper"])
    canvas = ImageDraw.Draw(image)
    image.paste(_awning(colours), (0, 0))
    mark = raster.paint(built("images/mark.svg").read_text("utf-8"), 64)
    image.paste(mark, (LEFT - 4, 66), mark)
    name, size = fit(settings.site.name, RIGHT - LEFT - 76, 60, sizes=(34, 28, 22), weight=BOLD)
    canvas.text((LEFT + 74, 104), name[0], font=font(size, BOLD), fill=colours["ink"], anchor="lm")
    if picture:
        image.paste(picture, (RIGHT - FRAME[0], TOP), picture)
    _title(canvas, title, RIGHT - LEFT - (FRAME[0] + 44 if picture else 0), colours["ink"])
    canvas.line((LEFT, LINE - 44, RIGHT, LINE - 44), fill=colours["line"], width=2)
    lines, size = fit(kicker, RIGHT - LEFT, 40, sizes=KICKER_SIZES, weight=PLAIN)
    canvas.text((LEFT, LINE), "\n".join(lines), font=font(size, PLAIN), fill=colours["soft"], anchor="lm")
    out = io.BytesIO()
    image.quantize(256).save(out, "PNG", optimize=True)
    return out.getvalue()


def fit(text: str, wide: int, high: int, *, sizes: tuple[int, ...], weight: int) -> tuple[list[str], int]:
    """The lines of the text at the largest of the sizes at which all of it has room, and that size."""
    for size in sizes:
        letters = font(size, weight)
        whole = all(letters.getlength(word) <= wide for word in text.split())
        lines = _wrap(text, letters, wide)
        if whole and len(lines) * size * LEADING <= high:
            break
    return lines, size


def font(size: int, weight: int) -> Font:
    """The site's own letter, as browsers load it."""
    found = ImageFont.truetype(built("fonts/domine.woff2"), size)
    found.set_variation_by_axes([weight])
    return found


def _title(canvas: ImageDraw.ImageDraw, title: str, wide: int, ink: str) -> None:
    lines, size = fit(title, wide, BOTTOM - TOP, sizes=TITLE_SIZES, weight=BOLD)
    top = TOP + (BOTTOM - TOP - len(lines) * size * LEADING) / 2
    for place, line in enumerate(lines):
        canvas.text((LEFT, top + (place + 0.5) * size * LEADING), line, font=font(size, BOLD), fill=ink, anchor="lm")


def _wrap(text: str, letters: Font, wide: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if letters.getlength(longer) <= wide or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
        while letters.getlength(lines[-1]) > wide:
            lines[-1:] = _broken(lines[-1], letters, wide)
    return lines


def _broken(word: str, letters: Font, wide: int) -> tuple[str, str]:
    """A word too long for any line, in two."""
    end = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or letters.getlength(word[:end]) <= wide)
    return word[:end], word[end:]


def _awning(colours: dict[str, str]) -> Image.Image:
    """The scallops of the masthead."""
    side = SCALLOP * LARGER
    strip = Image.new("RGB", (SIZE[0] * LARGER, side * 2), colours["paper"])
    canvas = ImageDraw.Draw(strip)
    for place in range(SIZE[0] // SCALLOP // 2 + 1):
        colour = colours["accent-soft" if place % 2 else "accent"]
        left = place * side * 2
        canvas.rectangle((left, 0, left + side * 2 - 1, side), fill=colour)
        canvas.ellipse((left, 0, left + side * 2 - 1, side * 2 - 1), fill=colour)
    return strip.resize((SIZE[0], SCALLOP * 2), Image.Resampling.LANCZOS)
