"""The five fields of a cron line: minute, hour, day, month, weekday (0 and 7 are Sunday). Times are UTC."""

import re
from datetime import datetime, timedelta

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", re.ASCII)
# A 29th of February on a given weekday comes again after forty years at the latest.
_FORTY_YEARS = 366 * 40


class CronWrong(ValueError):
    """Not five fields of numbers, lists, ranges and steps; or a day that never comes."""


def parse(line: str) -> list[set[int]]:
    fields = line.split()
    if len(fields) != len(_RANGES):
        raise CronWrong(line)
    found = [_field(field, *span) for field, span in zip(fields, _RANGES, strict=True)]
    found[4] = {day % 7 for day in found[4]}
    return found


def next_after(line: str, moment: datetime) -> datetime:
    """The first minute after `moment` that fits. As in every cron: if day and weekday are given, either will do."""
    minutes, hours, _, _, _ = parsed = parse(line)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(_FORTY_YEARS):
        if _fits(line, parsed, day):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    if (found := day.replace(hour=hour, minute=minute)) > moment:
                        return found
        day += timedelta(days=1)
    raise CronWrong(line)


def _fits(line: str, parsed: list[set[int]], day: datetime) -> bool:
    _, _, days, months, weekdays = parsed
    in_month, in_week = day.day in days, day.isoweekday() % 7 in weekdays
    _, _, some_days, _, some_weekdays = line.split()
    either = not some_days.startswith("*") and not some_weekdays.startswith("*")
    return day.month in months and (in_month or in_week if either else in_month and in_week)


def _field(text: str, lowest: int, highest: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        if not (fits := _PART.fullmatch(part)):
            raise CronWrong(text)
        first, last, step = (None if number is None else int(number) for number in fits.groups())
        low = lowest if first is None else first
        # From a number with a step, or from a star: to the end.
        high = last if last is not None else highest if first is None or step else low
        if not lowest <= low <= high <= highest or step == 0:
            raise CronWrong(text)
        found.update(range(low, high + 1, step or 1))
    return found
