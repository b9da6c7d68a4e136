"""Tickets on paper: one page each, drawn with reportlab, which is loaded when the first one is asked for."""

import unicodedata
from collections.abc import Sequence
from io import BytesIO
from typing import Any, NamedTuple

from events.models import Ticket
from events.services import wording
from shared import qr
from shared.config import Settings
from shared.palette import palette
from shared.utils import host_url

MM = 72 / 25.4
LEFT, TOP, WIDTH = 22 * MM, 268 * MM, 166 * MM


class Inks(NamedTuple):
    ink: str
    soft: str
    accent: str
    line: str


def draw(tickets: Sequence[Ticket], settings: Settings) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    _fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(f"{settings.site.name}: tickets")
    canvas.setAuthor(settings.site.name)
    for ticket in tickets:
        _page(canvas, ticket, settings)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _page(canvas: Any, ticket: Ticket, settings: Settings) -> None:
    inks = _inks(settings)
    canvas.setFillColor(inks.accent)
    canvas.roundRect(LEFT, TOP, WIDTH, 5 * MM, 2 * MM, stroke=0, fill=1)
    _text(canvas, settings.site.name, LEFT, TOP - 12 * MM, (inks.soft, 11))
    bottom = _lines(canvas, ticket.entry.title, TOP - 26 * MM, (inks.ink, 26, True))
    bottom = _lines(canvas, wording.span(ticket.entry, settings.site), bottom - 4 * MM, (inks.ink, 13))
    bottom = _lines(canvas, ticket.entry.whereabouts(settings.site.address), bottom - 1 * MM, (inks.ink, 13))
    holder = f"{ticket.ticket_type.name} · for {ticket.name or ticket.email}"
    bottom = _lines(canvas, holder, bottom - 1 * MM, (inks.soft, 13))
    _code(canvas, ticket, settings, top=bottom - 4 * MM)
    _foot(canvas, settings)


def _code(canvas: Any, ticket: Ticket, settings: Settings, *, top: float) -> None:
    inks = _inks(settings)
    side = 78 * MM
    canvas.setStrokeColor(inks.line)
    canvas.setDash(3, 3)
    canvas.line(LEFT, top, LEFT + WIDTH, top)
    canvas.setDash()
    size, dark = qr.runs(host_url(settings, "events", ticket.path))
    unit = side / size
    canvas.setFillColor("#000000")
    for x, y, length in dark:
        canvas.rect(LEFT + x * unit, top - 6 * MM - (y + 1) * unit, length * unit, unit, stroke=0, fill=1)
    beside = LEFT + side + 8 * MM
    _text(canvas, "Code", beside, top - 24 * MM, (inks.soft, 11))
    _text(canvas, ticket.code, beside, top - 35 * MM, (inks.ink, 24, True))
    _text(canvas, "Show this page at the door,", beside, top - 48 * MM, (inks.soft, 10))
    _text(canvas, "on paper or on a screen.", beside, top - 53 * MM, (inks.soft, 10))
    if ticket.status == "void":
        _text(canvas, "This ticket is void.", beside, top - 64 * MM, (inks.accent, 14, True))


def _foot(canvas: Any, settings: Settings) -> None:
    inks = _inks(settings)
    canvas.setStrokeColor(inks.line)
    canvas.line(LEFT, 30 * MM, LEFT + WIDTH, 30 * MM)
    _text(canvas, f"Good for one person, once. Questions: {settings.site.email}", LEFT, 24 * MM, (inks.soft, 9))


def _inks(settings: Settings) -> Inks:
    """The site's own colours, as on white paper."""
    return Inks(*(palette(settings.design)[name][0] for name in Inks._fields))


def _lines(canvas: Any, text: str, top: float, look: tuple[Any, ...]) -> float:
    """Wrapped to the width of the page; answers where the next text begins."""
    from reportlab.lib.utils import simpleSplit

    size = look[1]
    for line in simpleSplit(text, _font(look), size, WIDTH)[:4]:
        _text(canvas, line, LEFT, top, look)
        top -= size * 1.25
    return top


def _text(canvas: Any, text: str, left: float, bottom: float, look: tuple[Any, ...]) -> None:
    canvas.setFillColor(look[0])
    canvas.setFont(_font(look), look[1])
    canvas.drawString(left, bottom, _drawable(text, _font(look)))


def _drawable(text: str, font: str) -> str:
    """Letters that the font lacks lose their accents: Ś is S. A scanner reads the code, not the name."""
    from reportlab.pdfbase.pdfmetrics import getFont

    known = getFont(font).face.charToGlyph
    plain = (letter if ord(letter) in known else unicodedata.normalize("NFKD", letter) for letter in text)
    return "".join(letter if ord(letter) in known else "" for letter in "".join(plain))


def _font(look: tuple[Any, ...]) -> str:
    return "VeraBd" if len(look) > 2 else "Vera"  # noqa: PLR2004


def _fonts() -> None:
    """Embedded ones: the fonts every PDF reader has know no Ł and no ř."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name in ("Vera", "VeraBd"):
        registerFont(TTFont(name, f"{name}.ttf"))
