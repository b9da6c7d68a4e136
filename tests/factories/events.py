"""Calendars, entries and tickets, as little or as much as a test wants to say."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry, TicketType
from shared.utils import slugify, utcnow

_numbers = count(1)


async def a_calendar(session: AsyncSession, **changes: Any) -> Calendar:
    values: dict[str, Any] = {"name": f"Concerts {next(_numbers)}"} | changes
    found = Calendar(**({"slug": slugify(values["name"])} | values))
    session.add(found)
    await session.flush()
    return found


async def an_entry(session: AsyncSession, *, calendar: Calendar | None = None, **changes: Any) -> Entry:
    calendar = calendar or await a_calendar(session)
    starts_at: datetime = changes.pop("starts_at", utcnow() + timedelta(days=7))
    values: dict[str, Any] = {
        "title": "Nuala and the Reeds",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "zone": "Europe/London",
        "venue": "The Old Dairy",
        "status": "published",
        "uid": f"entry-{next(_numbers)}@roseash.example",
    } | changes
    found = Entry(calendar_id=calendar.id, **({"slug": slugify(values["title"])} | values))
    session.add(found)
    await session.flush()
    return found


async def a_ticket_type(session: AsyncSession, *, entry: Entry | None = None, **changes: Any) -> TicketType:
    entry = entry or await an_entry(session)
    values: dict[str, Any] = {"name": "Full price", "price": 1200, "currency": "GBP", "capacity": 10}
    found = TicketType(entry_id=entry.id, **(values | changes))
    session.add(found)
    await session.flush()
    return found
