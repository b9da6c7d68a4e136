"""Our own SVG drawings as pixels, in their colours for light: for pictures to share and for icons of phones.

It knows what our drawings use and no more: paths, circles, boxes, groups, `use`, and a style sheet of classes.
"""

import re
from math import cos, hypot, radians, sin
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw

from shared.infrastructure.found.outlines import Line, Point, box, dashed, ellipse, read

SVG = "{http://www.w3.org/2000/svg}"
RULE = re.compile(r"\.([\w-]+) \{([^}]*)\}")
STEP = re.compile(r"(translate|rotate|scale)\(([^)]*)\)")
NUMBER = re.compile(r"-?(?:\d*\.\d+|\d+)")
# Drawn so much larger, and made smaller for soft edges.
LARGER = 3
Style = dict[str, str]


class Place(NamedTuple):
    """Where a shape's own corner and directions lie on the sheet."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def at(self, point: Point) -> Point:
        x, y = point
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def then(self, across: Point, down: Point) -> "Place":
        """With other directions, told in those of this place."""
        (a, b), (c, d) = ((self.a * x + self.c * y, self.b * x + self.d * y) for x, y in (across, down))
        return Place(a, b, c, d, self.e, self.f)

    def moved(self, x: float, y: float) -> "Place":
        e, f = self.at((x, y))
        return self._replace(e=e, f=f)

    def transformed(self, said: str) -> "Place":
        place = self
        for kind, numbers in STEP.findall(said):
            place = place._step(kind, [float(number) for number in NUMBER.findall(numbers)])
        return place

    def _step(self, kind: str, said: list[float]) -> "Place":
        if kind == "translate":
            return self.moved(said[0], said[1] if len(said) > 1 else 0)
        if kind == "scale":
            return self.then((said[0], 0), (0, said[-1]))
        turn = radians(said[0])
        x, y = said[1:] or (0, 0)
        return self.moved(x, y).then((cos(turn), sin(turn)), (-sin(turn), cos(turn))).moved(-x, -y)


def paint(svg: str, width: int) -> Image.Image:
    """The drawing so many pixels wide; what it leaves free is transparent."""
    root = ET.fromstring(svg)  # noqa: S314 – only drawings that we made
    _, _, wide, high = map(float, root.attrib["viewBox"].split())
    unit = width / wide
    size = (width, round(high * unit))
    sheet = Sheet(root, (size[0] * LARGER, size[1] * LARGER))
    sheet.draw(root, Place(a=unit * LARGER, d=unit * LARGER), {})
    return sheet.image.resize(size, Image.Resampling.LANCZOS)


class Sheet:
    def __init__(self, root: ET.Element, size: tuple[int, int]) -> None:
        self.image = Image.new("RGBA", size)
        text = "".join(style.text or "" for style in root.iter(f"{SVG}style"))
        self._rules = {name: _said(body) for name, body in RULE.findall(text.split("@media")[0])}
        self._named = {one.attrib["id"]: one for one in root.iter() if "id" in one.attrib}

    def draw(self, element: ET.Element, place: Place, around: Style) -> None:
        style = around | self._style(element, around)
        place = place.transformed(element.attrib.get("transform", ""))
        kind = element.tag.removeprefix(SVG)
        if kind in {"svg", "g"}:
            for child in element:
                self.draw(child, place, style)
        elif kind == "use":
            self.draw(self._named[element.attrib["href"][1:]], place, style)
        elif kind != "style":
            self._ink([[place.at(point) for point in line] for line in _lines(kind, element.attrib)], place, style)

    def _style(self, element: ET.Element, around: Style) -> Style:
        classes = [self._rules.get(name, {}) for name in element.attrib.get("class", "").split()]
        own = {name: value for rule in classes for name, value in rule.items()}
        own |= {name: element.attrib[name] for name in ("stroke-width", "stroke-dasharray") if name in element.attrib}
        opacity = float(element.attrib.get("opacity", 1)) * float(around.get("opacity", 1))
        return own | {"opacity": str(opacity)}

    def _ink(self, lines: list[Line], place: Place, style: Style) -> None:
        opacity = float(style["opacity"])
        image = self.image if opacity == 1 else Image.new("RGBA", self.image.size)
        canvas = ImageDraw.Draw(image)
        if (fill := style.get("fill", "#000000")) != "none":
            for line in (one for one in lines if len(one) > 1):
                canvas.polygon(line, fill=fill)
        if "stroke" in style:
            unit = hypot(place.a, place.b)
            for line in lines:
                _stroke(canvas, line, unit, style)
        if image is not self.image:
            image.putalpha(image.getchannel("A").point(lambda alpha: round(alpha * opacity)))
            self.image.alpha_composite(image)


def _stroke(canvas: ImageDraw.ImageDraw, line: Line, unit: float, style: Style) -> None:
    width = float(style.get("stroke-width", 1)) * unit
    shown, hidden = [float(part) * unit for part in style.get("stroke-dasharray", "0 0").split()]
    for piece in dashed(line, shown, hidden) if hidden else [line]:
        canvas.line(piece, fill=style["stroke"], width=max(1, round(width)))
        for x, y in piece:
            canvas.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=style["stroke"])


def _lines(kind: str, said: dict[str, str]) -> list[Line]:
    if kind == "path":
        return read(said["d"])
    numbers: dict[str, Any] = {name: float(said.get(name, 0)) for name in ("x", "y", "cx", "cy", "r", "rx", "ry")}
    if kind == "rect":
        return [box((numbers["x"], numbers["y"]), float(said["width"]), float(said["height"]), numbers["rx"])]
    return [ellipse(numbers["cx"], numbers["cy"], numbers["rx"] or numbers["r"], numbers["ry"] or numbers["r"])]


def _said(body: str) -> Style:
    return {name.strip(): value.strip() for name, value in (part.split(":") for part in body.split(";") if ":" in part)}
