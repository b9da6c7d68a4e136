"""Moments as people write them, for texts that leave the page: lines of a basket, cards, tickets on paper."""

from datetime import timedelta

from babel.dates import format_date, format_datetime, format_time

from events.models import Happening
from shared.config import Site


def moment(entry: Happening, site: Site) -> str:
    """Fri 4 Dec 2026, 19:30 — or the day alone, when it is all day."""
    if entry.all_day:
        return str(format_date(entry.days(site.tz)[0], "EEE d MMM y", locale=site.locale))
    return str(format_datetime(entry.starts_at, "EEE d MMM y, HH:mm", tzinfo=site.tz, locale=site.locale))


def span(entry: Happening, site: Site) -> str:
    """With the end, and with the zone said in words: Fri 4 Dec 2026, 19:30 to 21:30 (London time)."""
    days = entry.days(site.tz)
    if entry.all_day:
        last = format_date(days[-1], "EEE d MMM y", locale=site.locale)
        return moment(entry, site) + (f" to {last}" if len(days) > 1 else ", all day")
    if entry.ends_at - entry.starts_at < timedelta(minutes=1):
        return f"{moment(entry, site)} ({zone_words(site)})"
    end = format_time(entry.ends_at, "HH:mm", tzinfo=site.tz, locale=site.locale)
    if len(days) > 1:
        end = format_datetime(entry.ends_at, "EEE d MMM y, HH:mm", tzinfo=site.tz, locale=site.locale)
    return f"{moment(entry, site)} to {end} ({zone_words(site)})"


def zone_words(site: Site) -> str:
    return f"{site.zone.rsplit('/', 1)[-1].replace('_', ' ')} time"
