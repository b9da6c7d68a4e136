"""A line in the language of cron means the same moments here as everywhere; what can never come is refused."""

from datetime import UTC, datetime

import pytest

from shared.events.cron import CronWrong, next_after

# A Friday, and the last day but one of a February that has 29.
MOMENT = "2028-02-25 10:07"


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("* * * * *", "2028-02-25 10:08"),
        ("7 10 * * *", "2028-02-26 10:07"),
        ("*/5 * * * *", "2028-02-25 10:10"),
        ("3-59/20 * * * *", "2028-02-25 10:23"),
        ("50/4 * * * *", "2028-02-25 10:50"),
        ("5,6 9,12 * * *", "2028-02-25 12:05"),
        ("0 3 * * 1", "2028-02-28 03:00"),
        ("0 3 * * 0", "2028-02-27 03:00"),
        ("0 3 * * 7", "2028-02-27 03:00"),
        ("0 3 * * 1-5", "2028-02-28 03:00"),
        ("0 3 * * 5-7", "2028-02-26 03:00"),
        ("0 3 29 2 *", "2028-02-29 03:00"),
        ("0 3 30 * *", "2028-03-30 03:00"),
        ("0 3 31 4,5 *", "2028-05-31 03:00"),
        ("59 23 31 12 *", "2028-12-31 23:59"),
        ("0 0 1 1 *", "2029-01-01 00:00"),
        # Day and weekday: either will do; but a star with a step is a star.
        ("0 3 1 * 3", "2028-03-01 03:00"),
        ("0 3 28 * 6", "2028-02-26 03:00"),
        ("0 3 */2 * 1", "2028-03-13 03:00"),
        ("0 3 28 * */2", "2028-03-28 03:00"),
    ],
)
def test_the_next_moment_is_the_one_that_cron_means(line: str, expected: str) -> None:
    assert next_after(line, moment(MOMENT)) == moment(expected)


def test_a_leap_day_is_waited_for_over_the_years() -> None:
    assert next_after("0 0 29 2 *", moment("2096-03-01 00:00")) == moment("2104-02-29 00:00")
    assert next_after("0 0 29 2 */7", moment("2004-03-01 00:00")) == moment("2032-02-29 00:00")


def test_seconds_do_not_make_a_minute_come_twice() -> None:
    inside_the_minute = moment("2028-02-25 10:05").replace(second=0, microsecond=1)

    assert next_after("*/5 * * * *", inside_the_minute) == moment("2028-02-25 10:10")


@pytest.mark.parametrize(
    "line",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5-1 * * * *", "*/0 * * * *", "5- * * * *", "1_0 * * * *", "-1 * * * *", "1, * * * *", "a * * * *", "@daily"),
        *("0 0 31 2 *", "0 0 31 4,6,9,11 *", "0 0 30 2 */2"),
    ],
)
def test_a_line_that_means_nothing_or_never_comes_is_refused(line: str) -> None:
    with pytest.raises(CronWrong):
        next_after(line, moment(MOMENT))
