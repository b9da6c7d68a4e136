"""What is true of an entry and of its row in a list alike."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from events.models.ticket_type import TicketType


class Prices(NamedTuple):
    """What its tickets cost, in a word; `lowest` and `highest` in minor units."""

    lowest: int
    highest: int
    currency: str
    sold_out: bool

    @classmethod
    def of(cls, kinds: list[TicketType]) -> Self | None:
        if not kinds:
            return None
        cheapest = min(kinds, key=lambda kind: kind.price)
        sold_out = all(kind.left <= 0 for kind in kinds)
        return cls(cheapest.price, max(kind.price for kind in kinds), cheapest.currency, sold_out)

    @property
    def differ(self) -> bool:
        return self.lowest != self.highest


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
        venue: Any
        status: Any

    @property
    def path(self) -> str:
        return f"/entries/{self.id}-{self.slug}/"

    @property
    def is_cancelled(self) -> bool:
        return bool(self.status == "cancelled")

    @property
    def lasts_longer(self) -> bool:
        """Than a day, so that the hour at which it ends says nothing without its date."""
        return bool(self.ends_at - self.starts_at >= timedelta(days=1))

    def place(self, address: str) -> str:
        """Its venue, without the town when that is the one of our own `address`."""
        return str(self.venue).removesuffix(f", {address.rsplit(', ', 1)[-1]}")

    def whereabouts(self, address: str) -> str:
        """Its venue, or our own `address` with the street, when that is where it is."""
        ours = not self.venue or self.venue.partition(", ")[0] == address.partition(", ")[0]
        return address if ours else str(self.venue)

    def days(self, zone: ZoneInfo) -> list[date]:
        """Every day it touches, as seen in `zone`; an all-day entry keeps the days it was given."""
        seen = ZoneInfo(self.zone) if self.all_day else zone
        first = self.starts_at.astimezone(seen).date()
        last = max(self.starts_at, self.ends_at - timedelta(microseconds=1)).astimezone(seen).date()
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
