"""A month as a table of weeks, Monday first, in the site's zone: whatever the clocks do in it."""

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from events.models import Calendar
from events.services import listings
from events.services.listings import Dated, Listed
from shared.errors import NotFound


class NoSuchMonth(NotFound):
    message = "There is no such month in this calendar."


@dataclass(frozen=True)
class DayEntry:
    """What a day's cell says of an entry. `off`: it was cancelled."""

    title: str
    url: str
    starts_at: datetime
    all_day: bool
    off: bool
    calendar: str
    colour: str


@dataclass(frozen=True)
class Day:
    date: date
    outside: bool
    past: bool
    today: bool
    entries: list[DayEntry] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day]]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def days(self) -> list[Day]:
        """The month as a list: the days on which something is."""
        return [day for week in self.weeks for day in week if day.entries and not day.outside]


async def get(
    session: AsyncSession, first: date, *, zone: ZoneInfo, now: datetime, calendar: Calendar | None = None
) -> Month:
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    start, end = midnight(weeks[0][0], zone), midnight(weeks[-1][-1] + timedelta(days=1), zone)
    # An all-day entry of another zone may begin up to a day beside ours.
    near = timedelta(days=1)
    found = await listings.list_between(session, start - near, end + near, calendar=calendar)
    return Month(first, _weeks(first, weeks, by_day(found, zone), today=now.astimezone(zone).date()))


def first_of(year: int, month: int) -> date:
    """Raises NoSuchMonth outside of what calendars show."""
    if not (1970 <= year <= 2199 and 1 <= month <= 12):  # noqa: PLR2004
        raise NoSuchMonth
    return date(year, month, 1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def by_day(found: Sequence[Dated], zone: ZoneInfo) -> dict[date, list[Dated]]:
    """Under every day that an entry touches."""
    days: dict[date, list[Dated]] = {}
    for entry in found:
        for day in entry.days(zone):
            days.setdefault(day, []).append(entry)
    return days


def by_first_day(found: Sequence[Listed], zone: ZoneInfo) -> list[tuple[date, list[Listed]]]:
    """Each entry once, under the day on which it begins."""
    days: dict[date, list[Listed]] = {}
    for entry in found:
        days.setdefault(entry.days(zone)[0], []).append(entry)
    return sorted(days.items())


def _entry(entry: Dated) -> DayEntry:
    return DayEntry(
        entry.title,
        entry.path,
        entry.starts_at,
        entry.all_day,
        entry.is_cancelled,
        calendar=entry.calendar,
        colour=entry.colour,
    )


def _weeks(first: date, weeks: list[list[date]], entries: dict[date, list[Dated]], *, today: date) -> list[list[Day]]:
    def cell(day: date) -> Day:
        shown = [_entry(entry) for entry in entries.get(day, [])]
        return Day(day, day.month != first.month, day < today, day == today, shown)

    return [[cell(day) for day in week] for week in weeks]
