"""Three calendars of Ashford Mill: three months of evenings, from the day on which this is loaded."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar, Entry
from events.services import calendars, programme, ticket_types
from events.services.calendars import CalendarWords
from events.services.programme import Words
from events.services.ticket_types import Offer
from shared.config import Settings
from shared.containers import ContainerType
from shared.models import KeyValue
from shared.utils import utcnow

PROGRAMME = Path(__file__).with_name("programme.yaml")
Said = dict[str, Any]
# Month and day: Christmas and New Year.
SHUT = {(12, 24), (12, 25), (12, 26), (1, 1)}


async def load(session: AsyncSession, settings: Settings) -> None:
    said: Said = yaml.safe_load(PROGRAMME.read_text("utf-8"))
    for shelf in said["calendars"]:
        calendar = await _calendar(session, shelf)
        for night in shelf["entries"]:
            known = said["tickets"]
            full = {"weeks": 1, "status": "published"} | shelf["usually"] | night
            kinds = full["tickets"] if isinstance(full["tickets"], list) else known[full["tickets"]]
            await _put_on(session, calendar, full | {"tickets": kinds}, settings)


async def _calendar(session: AsyncSession, shelf: Said) -> Calendar:
    pages = await session.get(KeyValue, "demo.pages")
    page_id = (pages.value if pages else {}).get(shelf.get("page"), 0)
    kind = ContainerType.PAGE if page_id else ContainerType.SITE
    words = CalendarWords(shelf["name"], shelf["slug"], shelf["description"], shelf["colour"], kind, page_id)
    return await calendars.create(session, words)


async def _put_on(session: AsyncSession, calendar: Calendar, night: Said, settings: Settings) -> None:
    zone = settings.site.tz
    words = _words(night, calendar, utcnow().astimezone(zone).date(), zone)
    for entry in await programme.create(session, words, weeks=night["weeks"]):
        await _sell(session, entry, night, settings.site.currency)


def _words(night: Said, calendar: Calendar, today: date, zone: ZoneInfo) -> Words:
    starts_at = _begins(night, today, zone)
    return Words(
        calendar_id=calendar.id,
        title=night["title"],
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=night["minutes"]),
        zone=zone.key,
        venue=night["venue"],
        summary=night["summary"],
        description=night["text"],
        illustration=night["drawing"],
        status=night["status"],
    )


def _begins(night: Said, today: date, zone: ZoneInfo) -> datetime:
    day = _open_day(today, night["weekday"], night["week"])
    return datetime.combine(day, time.fromisoformat(night["at"]), zone).astimezone(UTC)


def _open_day(today: date, weekday: int, number: int) -> date:
    """The next such day of the week but so many, counting only those on which the house is open."""
    tomorrow = today + timedelta(days=1)
    first = tomorrow + timedelta(days=(weekday - tomorrow.weekday()) % 7)
    # Within a season at most two of them are shut.
    ahead = (first + timedelta(weeks=week) for week in range(number + 3))
    return [day for day in ahead if (day.month, day.day) not in SHUT][number]


async def _sell(session: AsyncSession, entry: Entry, night: Said, currency: str) -> None:
    """With counters as if people had been buying: some nights are nearly full."""
    for position, kind in enumerate(night["tickets"]):
        offer = Offer(kind["name"], kind["price"], kind["capacity"], max_per_order=8, note=kind.get("note", ""))
        made = await ticket_types.add(session, entry, offer, currency=currency, position=position)
        made.sold = round(made.capacity * night["sold"])
