"""Jinja2 filters: amounts, dates and words as people write them."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_currency

from shared.browser.app.filters.drawing import drawn_each
from shared.browser.app.utils.time import to_zone
from shared.config import Site
from shared.utils import utcnow

# From here on, a price in pounds is as short as one in pence.
POUND = 100


def filters_for(site: Site) -> dict[str, Callable[..., Any]]:
    """The filters, in the site's language, currency and time zone."""

    @lru_cache(4096)
    def money(minor: int, currency: str = site.currency) -> str:
        return str(format_currency(minor / 100, currency, locale=site.locale))

    def small_money(minor: int, currency: str = site.currency) -> str:
        """Of prices that are compared: 48p."""
        return f"{minor}p" if currency == "GBP" and minor < POUND else money(minor, currency)

    def local(moment: datetime) -> datetime:
        return to_zone(moment, site.tz)

    def day(moment: datetime | date, style: str = "EEEE d MMMM y") -> str:
        shown = local(moment) if isinstance(moment, datetime) else moment
        return str(format_date(shown, style, locale=site.locale))

    def time(moment: datetime) -> str:
        return str(format_time(local(moment), "HH:mm", locale=site.locale))

    def day_and_time(moment: datetime) -> str:
        return f"{day(moment, 'EEE d MMM y')}, {time(moment)}"

    def day_and_time_in_lists(moment: datetime) -> str:
        """This year goes without saying."""
        style = "EEE d MMM" if local(moment).year == local(utcnow()).year else "EEE d MMM y"
        return f"{day(moment, style)}, {time(moment)}"

    return {
        "money": money,
        "small_money": small_money,
        "local": local,
        "day": day,
        "time": time,
        "datetime": day_and_time,
        "short_datetime": day_and_time_in_lists,
        "drawn_with": drawn_each(),
        "truncate_words": truncate_words,
        "plural": plural,
    }


def truncate_words(text: str, limit: int = 30) -> str:
    words = text.split()
    return text if len(words) <= limit else " ".join(words[:limit]) + "…"


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 ticket, 2 tickets; `many` for words that do not just take an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"
