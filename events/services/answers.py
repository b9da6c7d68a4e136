"""What other apps are shown of tickets and entries, as plain values."""

import base64
from typing import Any

from babel.numbers import format_currency

from events.models import Prices, Ticket
from events.services import pdf, wording
from events.services.listings import Listed
from shared.config import Settings
from shared.utils import host_url

Answer = dict[str, Any]


def card(entry: Listed, settings: Settings) -> Answer:
    return {
        "title": entry.title,
        "url": host_url(settings, "events", entry.path),
        "image_url": entry.image_url,
        "illustration": entry.illustration,
        "meta": " · ".join(part for part in (wording.moment(entry, settings.site), entry.venue) if part),
        "place": entry.place(settings.site.address),
        "text": entry.summary,
        "starts_at": entry.starts_at.isoformat(),
        "price": price(entry.prices, settings),
    }


def price(prices: Prices | None, settings: Settings) -> str:
    """Free, Free to £6.00, £8.00, From £8.00, Sold out, or No ticket needed."""

    def money(amount: int, currency: str) -> str:
        return str(format_currency(amount / 100, currency, locale=settings.site.locale))

    if prices is None:
        return "No ticket needed"
    if prices.sold_out:
        return "Sold out"
    if prices.lowest == 0:
        return f"Free to {money(prices.highest, prices.currency)}" if prices.differ else "Free"
    return ("From " if prices.differ else "") + money(prices.lowest, prices.currency)


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
