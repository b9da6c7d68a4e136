"""What search engines read: schema.org's Event."""

from typing import Any

from events.models import Entry, TicketType
from shared.config import Settings
from shared.utils import host_url


def entry_json_ld(entry: Entry, settings: Settings) -> dict[str, Any]:
    url = host_url(settings, "events", entry.path)
    status = "EventCancelled" if entry.is_cancelled else "EventScheduled"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": entry.title,
        "startDate": entry.starts_at.astimezone(settings.site.tz).isoformat(),
        "endDate": entry.ends_at.astimezone(settings.site.tz).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "description": entry.summary or entry.title,
        "location": {"@type": "Place", "name": entry.venue or settings.site.name, "address": settings.site.address},
        "organizer": {"@type": "Organization", "name": settings.site.name, "url": settings.apps.blog},
        "url": url,
        "offers": [_offer(kind, url) for kind in entry.ticket_types],
    }


def _offer(kind: TicketType, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": kind.name,
        "price": f"{kind.price / 100:.2f}",
        "priceCurrency": kind.currency,
        "availability": f"https://schema.org/{'InStock' if kind.left > 0 else 'SoldOut'}",
        "url": url,
    }
