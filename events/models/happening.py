"""What is true of an entry and of its row in a list alike."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from events.models.ticket_type import TicketType


class Prices(NamedTuple):
    """What its tickets cost, in a word. `lowest` in minor units; `several` kinds may still all have one price."""

    lowest: int
    currency: str
    differ: bool
    several: bool
    sold_out: bool

    @classmethod
    def of(cls, kinds: list[TicketType]) -> Self | None:
        if not kinds:
            return None
        cheapest = min(kinds, key=lambda kind: kind.price)
        differ = any(kind.price != cheapest.price for kind in kinds)
        sold_out = all(kind.left <= 0 for kind in kinds)
        return cls(cheapest.price, cheapest.currency, differ, len(kinds) > 1, sold_out)


class Happening:
    """For what has these columns of an entry: mapped there, plain values in a row."""

    __slots__ = ()

    if TYPE_CHECKING:
        id: Any
        slug: Any
        starts_at: Any
        ends_at: Any
        zone: Any
        all_day: Any
        status: Any

    @property
    def path(self) -> str:
        return f"/entries/{self.id}-{self.slug}/"

    @property
    def is_cancelled(self) -> bool:
        return bool(self.status == "cancelled")

    def days(self, zone: ZoneInfo) -> list[date]:
        """Every day it touches, as seen in `zone`; an all-day entry keeps the days it was given."""
        seen = ZoneInfo(self.zone) if self.all_day else zone
        first = self.starts_at.astimezone(seen).date()
        last = max(self.starts_at, self.ends_at - timedelta(microseconds=1)).astimezone(seen).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
