"""Days of time zones as stretches of hours: every hour in one day, however clocks are moved."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tidings.domain.days import day_at, first_hour, stretches, time_zones

EPOCH = date(1970, 1, 1)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Asia/Kathmandu",  # a quarter
    "Australia/Lord_Howe",  # clocks move by half an hour
    "America/Havana",  # midnight twice
    "Asia/Beirut",  # midnight left out
    "Pacific/Apia",  # a day left out
    "Pacific/Kiritimati",
    "Etc/GMT+12",
]


def number(text: str) -> int:
    return (date.fromisoformat(text) - EPOCH).days


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_is_in_the_day_in_which_it_begins(zone: str) -> None:
    first, last = number("2011-12-20"), number("2013-01-10")
    found: dict[int, int] = {}
    for one in stretches(first, last, zone):
        assert one.length > 0
        for n in range(one.number):
            for hour in range(one.hour + n * one.length, one.hour + (n + 1) * one.length):
                assert hour not in found
                found[hour] = one.day + n
    assert sorted(found) == list(range(first_hour(first, zone), first_hour(last + 1, zone)))
    for hour, day in found.items():
        begins = datetime.fromtimestamp(hour * 3_600, UTC).astimezone(ZoneInfo(zone))
        assert begins.date() - EPOCH == timedelta(day), (zone, begins)
        assert day_at(hour * 3_600, zone) == day


def test_days_are_as_long_as_they_are() -> None:
    day = number("2026-03-28")
    berlin = stretches(day, day + 2, "Europe/Berlin")
    assert [(one.day - day, one.number, one.length) for one in berlin] == [(0, 1, 24), (1, 1, 23), (2, 1, 24)]
    day = number("2026-10-25")
    assert [one.length for one in stretches(day, day, "Europe/Berlin")] == [25]
    assert len(stretches(number("2025-01-01"), number("2026-02-04"), "UTC")) == 1
    assert len(stretches(number("2025-01-01"), number("2026-02-04"), "Europe/Berlin")) == 5


def test_a_day_that_a_zone_left_out_has_no_hour() -> None:
    left_out = number("2011-12-30")
    assert stretches(left_out, left_out, "Pacific/Apia") == []
    assert first_hour(left_out, "Pacific/Apia") == first_hour(left_out + 1, "Pacific/Apia")


@pytest.mark.parametrize("zone", ZONES)
def test_the_edges_of_time(zone: str) -> None:
    last = number("9999-12-31")
    (one,) = stretches(last, last, zone)
    assert 8 <= one.length <= 40
    assert stretches(0, 0, zone)[0].day == 0


def test_names_are_those_of_iana_and_need_no_files_of_the_system() -> None:
    assert {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"} <= time_zones()
    assert not {"", "europe/berlin", "localtime", "posixrules", "../etc/passwd", "Europe"} & time_zones()
    program = (
        "from tidings.domain.days import first_hour, time_zones; print([first_hour(20_000, one) for one in time_zones()])"
    )
    bare = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONTZPATH": ""}, capture_output=True, text=True, check=True
    )
    assert len(bare.stdout.split(",")) == len(time_zones()) > 400
