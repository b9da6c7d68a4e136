"""Pictures for the demo, drawn when it is loaded: hills, a sky and a sun, in the colours of a season."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1600, 1067)
Colour = tuple[int, int, int]
# Sky above, sky below, sun, then the hills from the farthest to the nearest.
SEASONS: dict[str, list[Colour]] = {
    "dawn": [(250, 214, 186), (253, 240, 220), (236, 120, 96), (196, 160, 170), (150, 110, 130), (96, 66, 86)],
    "spring": [(190, 222, 230), (240, 246, 230), (250, 224, 140), (170, 200, 160), (120, 166, 110), (70, 116, 74)],
    "summer": [(150, 200, 226), (232, 240, 220), (255, 214, 110), (200, 190, 110), (150, 150, 70), (96, 106, 50)],
    "autumn": [(238, 206, 160), (252, 236, 206), (214, 106, 56), (206, 150, 90), (168, 100, 58), (104, 58, 42)],
    "winter": [(196, 206, 220), (240, 242, 246), (250, 236, 214), (206, 214, 224), (160, 174, 190), (92, 108, 126)],
    "night": [(34, 32, 62), (96, 72, 104), (250, 226, 170), (70, 56, 92), (48, 38, 68), (26, 22, 42)],
}


def landscape(season: str, seed: int) -> bytes:
    """A JPEG; the same for the same season and seed."""
    chance = random.Random(seed)
    above, below, sun, *hills = SEASONS[season]
    image = _sky(above, below)
    draw = ImageDraw.Draw(image)
    x, y, radius = chance.randint(300, 1300), chance.randint(200, 420), chance.randint(70, 120)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=sun)
    image = image.filter(ImageFilter.GaussianBlur(3))
    for place, colour in enumerate(hills):
        _hill(ImageDraw.Draw(image), chance, colour, top=520 + 170 * place)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _sky(above: Colour, below: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putdata([above, below])
    return column.resize(SIZE, Image.Resampling.BICUBIC)


def _hill(draw: ImageDraw.ImageDraw, chance: random.Random, colour: Colour, *, top: int) -> None:
    for _ in range(5):
        x, width = chance.randint(-300, 1600), chance.randint(700, 1300)
        y, height = top + chance.randint(-60, 90), chance.randint(500, 900)
        draw.ellipse((x - width // 2, y, x + width // 2, y + height), fill=colour)
    draw.rectangle((0, top + 190, *SIZE), fill=colour)
