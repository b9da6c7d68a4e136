"""The five fields of a cron line: minute, hour, day, month, weekday (0 and 7 are Sunday). Times are UTC."""

from datetime import datetime, timedelta

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FIVE_YEARS = 366 * 5


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
    for _ in range(_FIVE_YEARS):
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
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        try:
            low = lowest if span == "*" else int(first)
            high = highest if span == "*" or (step and not dash) else int(last or first)
            found.update(range(low, high + 1, int(step or 1)))
        except ValueError as error:
            raise CronWrong(text) from error
        if not lowest <= low <= high <= highest:
            raise CronWrong(text)
    return found
