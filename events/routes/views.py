"""What several routes show: an entry with its tickets, and lists of entries by day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from quart import g

from events.models import Entry, TicketType
from events.services import entries, listings, months, ticket_types
from events.services.listings import Listed
from shared.browser.app.authz import reach_of
from shared.browser.app.utils.settings import current_settings
from shared.models import Role
from shared.utils import utcnow


async def entry_context(entry_id: int) -> dict[str, Any]:
    entry = await entries.get_visible(g.session, entry_id, to=reach_of(Role.STEWARD))
    return {
        "entry": entry,
        "others": await listings.list_others(g.session, entry, now=utcnow()),
        "kinds": [(kind, _why_not(kind, entry)) for kind in entry.ticket_types],
        "hold_minutes": current_settings().holds.ticket_minutes,
        "refusal": None,
        "added": None,
        "filled": None,
    }


def days_of(found: Sequence[Listed]) -> list[tuple[date, list[Listed]]]:
    return months.by_first_day(found, current_settings().site.tz)


def _why_not(kind: TicketType, entry: Entry) -> str | None:
    return ticket_types.why_not_on_sale(kind, entry, utcnow())
