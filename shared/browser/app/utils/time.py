"""Times are UTC inside and in the site's zone on paper and screen."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def from_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """What somebody typed into a `datetime-local` field, as UTC. A time that occurs twice is the first one."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
