"""An order on paper, and for the other apps."""

from io import BytesIO
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_currency

from cart.models import Order
from cart.services.totals import Totals
from shared.config import Settings, Site
from shared.utils import host_url

STATUS = {"placed": "Waiting for payment", "paid": "Paid", "refunded": "Refunded", "released": "Cancelled"}


def in_short(order: Order, settings: Settings) -> dict[str, Any]:
    return {
        "order": order.token,
        "number": order.number,
        "status": order.status,
        "total": order.total,
        "currency": order.currency,
        "placed_at": order.placed_at.isoformat(),
        "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        "url": host_url(settings, "cart", order.path),
    }


def in_full(order: Order, totals: Totals, settings: Settings) -> dict[str, Any]:
    return in_short(order, settings) | {
        "email": order.email,
        "buyer": order.buyer,
        "vat": [{"rate": rate, "amount": amount} for rate, amount in totals.vat.items()],
        "lines": [
            {
                "kind": line.kind,
                "title": line.title,
                "detail": line.detail,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "vat_rate": line.vat_rate,
                "total": line.total,
            }
            for line in order.lines
        ],
    }


def draw(order: Order, totals: Totals, site: Site) -> bytes:
    """One page of A4 (more when it is long)."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    styles = getSampleStyleSheet()
    paid = format_datetime(order.paid_at, "d MMMM y, HH:mm", tzinfo=site.tz, locale=site.locale)
    head = [site.name, site.address, site.email]
    story = [
        Paragraph(f"Receipt {order.number}", styles["Title"]),
        *(Paragraph(_plain(text), styles["Normal"]) for text in head if text),
        Spacer(1, 18),
        Paragraph(_plain(f"For {order.buyer}, {order.email}. Paid {paid}."), styles["Normal"]),
        Spacer(1, 18),
        Table(
            _rows(order, totals, site), colWidths=[290, 60, 90], hAlign="LEFT", style=_lines_style(len(order.lines) + 1)
        ),
    ]
    target = BytesIO()
    SimpleDocTemplate(target, pagesize=A4, title=f"Receipt {order.number}", author=site.name).build(story)
    return target.getvalue()


def _rows(order: Order, totals: Totals, site: Site) -> list[list[Any]]:
    def money(minor: int) -> str:
        return str(format_currency(minor / 100, order.currency, locale=site.locale))

    named = [f"{line.title}, {line.detail}" if line.detail else line.title for line in order.lines]
    rows: list[list[Any]] = [["What", "Quantity", "Amount"]]
    rows += [[_wrapped(name), line.quantity, money(line.total)] for name, line in zip(named, order.lines, strict=True)]
    rows += [["Total", "", money(order.total)]]
    rows += [[f"including VAT at {rate / 100:g}%", "", money(vat)] for rate, vat in totals.vat.items()]
    return rows


def _wrapped(text: str) -> Any:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph

    return Paragraph(_plain(text), getSampleStyleSheet()["Normal"])


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lines_style(total: int) -> list[tuple[Any, ...]]:
    return [
        ("LINEBELOW", (0, 0), (-1, 0), 1, "black"),
        ("LINEABOVE", (0, total), (-1, total), 1, "black"),
        ("FONTNAME", (0, total), (-1, total), "Helvetica-Bold"),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
