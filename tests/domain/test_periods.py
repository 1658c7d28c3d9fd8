"""Periods: days of a time zone, those before them, and when they begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tidings.domain.periods import MOST_BY_DAY, MOST_DAYS, Period, chosen, last_days, today
from tidings.errors import Invalid

EPOCH = date(1970, 1, 1).toordinal()


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1_000)


def day(*when: int) -> int:
    return date(*when).toordinal() - EPOCH


# Half past two in the night in Berlin, where it is the 21st already.
NOW = at(2026, 11, 20, 23, 30)


def test_the_last_days_end_now() -> None:
    period = last_days(7, NOW, "Europe/Berlin")
    assert (period.first, period.last) == (day(2026, 11, 15), day(2026, 11, 21))
    assert period.seconds(NOW) == (at(2026, 11, 14, 23) // 1_000, NOW // 1_000 + 1)
    assert period.last_is_today(NOW)
    assert not period.before.last_is_today(NOW)


def test_the_period_before_ends_as_far_into_its_last_day() -> None:
    period = last_days(7, NOW, "Europe/Berlin")
    assert period.before == Period(day(2026, 11, 8), day(2026, 11, 14), "Europe/Berlin")
    # 23:30 lies in the hour that ends at midnight: so does what it is held against, a week earlier.
    assert period.seconds_before(NOW) == (at(2026, 11, 7, 23) // 1_000, at(2026, 11, 14) // 1_000)
    over = Period(day(2026, 11, 1), day(2026, 11, 7), "UTC")
    assert over.seconds(NOW) == (at(2026, 11, 1) // 1_000, at(2026, 11, 8) // 1_000)
    assert over.seconds_before(NOW) == (at(2026, 10, 25) // 1_000, at(2026, 11, 1) // 1_000)


def test_at_the_first_moment_of_a_day_one_hour_of_it_is_compared() -> None:
    now = at(2026, 11, 21)
    period = last_days(1, now, "UTC")
    assert period.seconds_before(now) == (at(2026, 11, 20) // 1_000, at(2026, 11, 20, 1) // 1_000)


def test_a_day_when_clocks_are_moved_has_its_own_hours() -> None:
    first, end = Period(day(2026, 10, 25), day(2026, 10, 25), "Europe/Berlin").hours
    assert end - first == 25


@pytest.mark.parametrize(
    ("number", "unit"), [(1, "hour"), (2, "day"), (MOST_BY_DAY, "day"), (MOST_BY_DAY + 1, "week"), (364, "week")]
)
def test_the_unit(number: int, unit: str) -> None:
    assert last_days(number, NOW, "UTC").unit(NOW) == unit


def test_a_day_of_long_ago_is_not_told_by_the_hour() -> None:
    """Figures of 90 days ago may be kept by the day alone."""
    far = today(NOW, "UTC") - 90
    assert Period(far, far, "UTC").unit(NOW) == "day"
    assert Period(far + 4, far + 4, "UTC").unit(NOW) == "hour"


def test_days_of_ones_own() -> None:
    newest = today(NOW, "Europe/Berlin")
    assert chosen(newest - 9, newest - 3, NOW, "Europe/Berlin") == Period(newest - 9, newest - 3, "Europe/Berlin")
    assert chosen(None, newest - 3, NOW, "Europe/Berlin").number == 1
    assert chosen(newest - 3, None, NOW, "Europe/Berlin") == Period(newest - 3, newest, "Europe/Berlin")
    assert chosen(None, None, NOW, "Europe/Berlin") == Period(newest, newest, "Europe/Berlin")
    assert chosen(newest - 1, newest + 30, NOW, "Europe/Berlin").last == newest


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (20_500, 20_499, "range_reversed"),
        (20_000, 20_000 + MOST_DAYS, "range_too_long"),
        (21_000, 21_001, "range_to_come"),
        (0, 100, "range_too_old"),
        (-(10**6), -(10**6) + 1, "range_too_old"),
        (2_932_895, 2_932_896, "range_to_come"),
    ],
)
def test_days_that_will_not_do(first: int, last: int, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        chosen(first, last, NOW, "UTC")
    assert (refused.value.field, refused.value.code) == ("from", code)
