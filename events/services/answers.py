"""What other apps are shown of tickets and entries, as plain values."""

import base64
from typing import Any

from babel.numbers import format_currency

from events.models import Entry, Ticket
from events.services import pdf, wording
from shared.config import Settings
from shared.utils import host_url

Answer = dict[str, Any]


def card(entry: Entry, settings: Settings) -> Answer:
    return {
        "title": entry.title,
        "url": host_url(settings, "events", entry.path),
        "image_url": entry.image_url,
        "illustration": entry.illustration,
        "meta": " · ".join(part for part in (wording.moment(entry, settings.site), entry.venue) if part),
        "place": entry.venue,
        "text": entry.summary,
        "starts_at": entry.starts_at.isoformat(),
        "price": price(entry, settings),
    }


def price(entry: Entry, settings: Settings) -> str | None:
    """Free, £8.00, from £8.00, or Sold out; None for what has no tickets."""
    if (cheapest := entry.cheapest) is None:
        return None
    if entry.is_sold_out:
        return "Sold out"
    if cheapest.price == 0 and len(entry.ticket_types) == 1:
        return "Free"
    amount = str(format_currency(cheapest.price / 100, cheapest.currency, locale=settings.site.locale))
    return amount if len({kind.price for kind in entry.ticket_types}) == 1 else f"from {amount}"


def ticket(found: Ticket, settings: Settings, *, with_pdf: bool = False) -> Answer:
    answer = {
        "token": found.token,
        "code": found.code,
        "order": found.order,
        "title": found.entry.title,
        "type": found.ticket_type.name,
        "holder": found.name or found.email,
        "when": wording.span(found.entry, settings.site),
        "meta": f"{found.ticket_type.name} · {wording.moment(found.entry, settings.site)}",
        "starts_at": found.entry.starts_at.isoformat(),
        "ends_at": found.entry.ends_at.isoformat(),
        "venue": found.entry.venue,
        "status": found.status,
        "url": host_url(settings, "events", found.path),
    }
    if with_pdf:
        answer["pdf_base64"] = base64.b64encode(pdf.draw([found], settings)).decode()
    return answer
