"""What cart is told about places: a snapshot of what was promised."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Entry, Hold, TicketType
from events.services import ticket_types, wording
from shared.config import Settings
from shared.drawings import lasting_address
from shared.utils import host_url

Line = dict[str, Any]
# What cart takes.
LONGEST_DETAIL = 300


async def of_holds(session: AsyncSession, held: list[Hold], settings: Settings) -> list[Line]:
    pairs = await ticket_types.list_with_entries(session, [hold.ticket_type_id for hold in held])
    known = {ticket_type.id: (ticket_type, entry) for ticket_type, entry in pairs}
    return [_line(hold, *known[hold.ticket_type_id], settings) for hold in held]


def _line(hold: Hold, ticket_type: TicketType, entry: Entry, settings: Settings) -> Line:
    return {
        "kind": "ticket",
        "item_id": ticket_type.id,
        "title": entry.title,
        "detail": _detail(ticket_type, entry, settings)[:LONGEST_DETAIL],
        "unit_price": ticket_type.price,
        "currency": ticket_type.currency,
        "vat_rate": ticket_type.vat_rate,
        "quantity": hold.quantity,
        "max_quantity": ticket_type.max_per_order,
        "url": host_url(settings, "events", entry.path),
        "image_url": entry.image_url or (entry.illustration and lasting_address(entry.illustration)),
        "container_type": entry.calendar.container_type,
        "container_id": entry.calendar.container_id,
        "hold_id": hold.token,
        "hold_until": hold.until.isoformat(),
    }


def _detail(ticket_type: TicketType, entry: Entry, settings: Settings) -> str:
    said = (ticket_type.name, wording.moment(entry, settings.site), entry.venue)
    return " · ".join(part for part in said if part)
