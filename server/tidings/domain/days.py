"""Days of a time zone, as stretches of the hours that figures are kept by.

Hours are whole hours since the epoch, days are counted from 1970-01-01. An hour belongs to the day in which it begins.
Where a zone is off by half an hour, the half hour after midnight therefore counts in the day before. A day is as long as
it is there: 23 or 25 hours when clocks are moved, none at all where a zone has left one out.
"""

from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from zoneinfo import ZoneInfo

from msgspec import Struct

from tidings.records.statistics import HOURS_A_DAY

HOUR_SECONDS = 3_600
_EPOCH = date(1970, 1, 1).toordinal()
_LAST = date.max.toordinal() - _EPOCH


class Stretch(Struct, frozen=True):
    """Days in order that have equally many hours: `number` of them from day `day` on, which begins at `hour`."""

    day: int
    number: int
    hour: int
    length: int


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The names of all time zones, as IANA has them; the same on every machine."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def day_at(second: int, time_zone: str) -> int:
    """The day in a time zone at a moment, in seconds since the epoch."""
    return datetime.fromtimestamp(second, ZoneInfo(time_zone)).toordinal() - _EPOCH


def first_hour(day: int, time_zone: str) -> int:
    """The first hour that belongs to a day of a time zone."""
    if time_zone == "UTC" or day > _LAST:  # beyond the year 9999 there is no date to ask for
        return day * HOURS_A_DAY
    midnight = datetime.fromordinal(day + _EPOCH).replace(tzinfo=ZoneInfo(time_zone))
    return int(-(-midnight.timestamp() // HOUR_SECONDS))


def stretches(first: int, last: int, time_zone: str) -> list[Stretch]:
    """The days from `first` to `last`, both included, as few stretches; days without an hour are left out."""
    hours = [first_hour(day, time_zone) for day in range(first, last + 2)]
    lengths = [(first + n, hours[n], hours[n + 1] - hours[n]) for n in range(last + 1 - first)]
    found = []
    for length, days in groupby(lengths, key=lambda day: day[2]):
        some = list(days)
        if length > 0:
            found.append(Stretch(some[0][0], len(some), some[0][1], length))
    return found
