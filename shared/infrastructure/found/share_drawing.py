"""A picture to share: the site's name, a title and what belongs under it, beside a sprig of rowan."""

import io

from PIL import Image, ImageDraw, ImageFont

from shared.infrastructure.found.mark import draw_mark

SIZE = (1200, 630)
PAPER, INK, SOFT, ROSE, TINT = "#fffdfa", "#2b2320", "#6b5f58", "#9b2f45", "#f7ebe4"
LEFT, WIDE = 80, 800
TITLE_SIZES, MOST_LINES, ROOM = (84, 72, 62, 54, 46), 4, 330
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw(title: str, kicker: str, site: str) -> bytes:
    """A PNG, the same for the same words."""
    image = Image.new("RGB", SIZE, PAPER)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, 24, 630), fill=ROSE)
    canvas.ellipse((880, 150, 1400, 670), fill=TINT)
    sprig = _sprig()
    image.paste(sprig, (940, 264), sprig)
    canvas.text((LEFT, 72), site, font=_font(38), fill=ROSE, stroke_width=0.6, stroke_fill=ROSE)
    size, lines = fit(title)
    for place, line in enumerate(lines):
        top = 160 + place * size * 1.16
        canvas.text((LEFT, top), line, font=_font(size), fill=INK, stroke_width=1.2, stroke_fill=INK)
    canvas.text((LEFT, 532), fit(kicker, sizes=(34,), lines=1)[1][0], font=_font(34), fill=SOFT)
    out = io.BytesIO()
    image.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


def fit(text: str, *, sizes: tuple[int, ...] = TITLE_SIZES, lines: int = MOST_LINES) -> tuple[int, list[str]]:
    """The largest size at which all words have room; at the smallest the last line ends in three dots."""
    for size in sizes:
        found = _wrap(text, _font(size))
        if len(found) <= lines and len(found) * size * 1.16 <= ROOM:
            return size, found
    return sizes[-1], [*found[: lines - 1], found[lines - 1] + " …"]


def _wrap(text: str, font: Font) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > WIDE:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def _sprig(side: int = 250, larger: int = 3) -> Image.Image:
    image = Image.new("RGBA", (side * larger, side * larger), (0, 0, 0, 0))
    draw_mark(ImageDraw.Draw(image), 0, 0, side * larger)
    return image.resize((side, side), Image.Resampling.LANCZOS)
