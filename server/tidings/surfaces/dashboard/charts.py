"""What a chart is drawn of: points with their names, and lines with what each point says; and the table under it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from tidings.domain.periods import WEEK, Period, today
from tidings.records.statistics import HOUR
from tidings.surfaces.dashboard.formats import ISO_CODES, money, number
from tidings.surfaces.dashboard.ranges import day_text, short_day_text

_TITLES = {"hour": "Hour by hour", "day": "Day by day", "week": "Week by week"}


class Spot(Struct, frozen=True):
    """A point: what it is called, what stands at the axis, whether it is still to come; and in the period before."""

    name: str
    short: str
    to_come: bool
    name_before: str


class Line(Struct, frozen=True):
    """What is counted: its id, its name, the values of both periods, and how they are written (`currency` of hundredths)."""

    id: str
    name: str
    now: Sequence[int]
    before: Sequence[int]
    currency: str = ""

    def text(self, value: int) -> str:
        """A value in words."""
        return money(value, self.currency) if self.currency else number(value)


class Chart(Struct, frozen=True):
    """Spots, and lines of as many values. `title`: how far spots are apart, in words."""

    spots: list[Spot]
    lines: list[Line]
    title: str

    @property
    def rows(self) -> list[tuple[Spot, list[tuple[str, str]]]]:
        """For the table: of each spot that is here, the newest first, what each line says, now and before."""
        return [
            (spot, [(line.text(line.now[place]), line.text(line.before[place])) for line in self.lines])
            for place, spot in reversed(list(enumerate(self.spots)))
            if not spot.to_come
        ]

    @property
    def data(self) -> dict[str, Any]:
        """For the script."""
        here = [not spot.to_come for spot in self.spots]
        return {
            "title": self.title,
            "names": [spot.name for spot in self.spots],
            "shorts": [spot.short for spot in self.spots],
            "namesBefore": [spot.name_before for spot in self.spots],
            "lines": [
                {
                    "id": line.id,
                    "name": line.name,
                    "currency": ISO_CODES.get(line.currency, ""),
                    "scale": 100 if line.currency in ISO_CODES else 1,
                    "now": [value if shown else None for value, shown in zip(line.now, here, strict=True)],
                    "before": line.before,
                    "texts": [line.text(value) for value in line.now],
                    "textsBefore": [line.text(value) for value in line.before],
                }
                for line in self.lines
            ],
        }


def spots_of(period: Period, places: Sequence[tuple[int, int | None]], now: int) -> tuple[list[Spot], str]:
    """The spots of a period, and how far they are apart: `places` are days, and hours of a day counted from its first."""
    unit = period.unit(now)
    spots = [
        _day_spot(day, period, unit, now) if hour is None else _hour_spot(period, hour, now // HOUR) for day, hour in places
    ]
    return spots, _TITLES[unit]


def _hour_spot(period: Period, place: int, hour_now: int) -> Spot:
    hour = period.hours[0] + place
    at = datetime.fromtimestamp(hour * HOUR // 1_000, ZoneInfo(period.time_zone))
    name = f"{at:%H:%M}"
    return Spot(f"{day_text(period.first)}, {name}", name, hour > hour_now, f"{day_text(period.before.first)}, {name}")


def _day_spot(day: int, period: Period, unit: str, now: int) -> Spot:
    opening = "7 days from " if unit == "week" else ""
    before = day_text(day - period.number)
    so_far = ", so far" if day <= today(now, period.time_zone) < day + (WEEK if unit == "week" else 1) else ""
    return Spot(f"{opening}{day_text(day)}{so_far}", short_day_text(day), False, f"{opening}{before}")
