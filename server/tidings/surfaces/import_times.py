"""Reads the times that files carry, as shops and spreadsheets write them; what may mean two days is asked, never guessed.

A time with a year in front, with a month by its name, or with its own distance from UTC leaves no doubt. 03/04/2026 does.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from tidings.errors import Invalid
from tidings.records.imports import TimeFormat

# Languages whose names of months are known; one that two of them use for different months is left out.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs", "tr")
_CLOCK = (
    r"(?:[T ,]+(?:at |um |à )?(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{2}:?\d{2})?(?:\s*\((?:UTC|GMT)\))?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK, re.ASCII)
_NUMBERS = re.compile(r"(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _CLOCK, re.ASCII)
_DAY_MONTH = re.compile(
    r"(?:[^\W\d]+\.?,? )?(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?[- ](?:de )?(?P<name>[^\W\d]+)\.?,?[- ](?:de )?(?P<year>\d{4}),?"
    + _CLOCK
)
_MONTH_DAY = re.compile(
    r"(?:[^\W\d]+\.?,? )?(?P<name>[^\W\d]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4}),?" + _CLOCK
)
_COUNT = re.compile(r"\d{1,16}(?:\.\d{1,9})?", re.ASCII)
_EXCEL_EPOCH = datetime(1899, 12, 30)
# Counts within these are times of the years 2000 to 2100.
_SECONDS = (946_684_800, 4_102_444_800)
_DAYS = (36_526, 73_051)
_RANGES: dict[TimeFormat, tuple[int, tuple[int, int]]] = {
    "seconds": (1, _SECONDS),
    "milliseconds": (1_000, _SECONDS),
    "excel": (1, _DAYS),
}
_ORDERS: tuple[TimeFormat, ...] = ("day_first", "month_first")


def read_time(value: object, time_format: TimeFormat | None, time_zone: str) -> int:
    """Milliseconds since the epoch. Times that do not say so themselves are of `time_zone`. Raises Invalid."""
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not text:
        raise Invalid("The row has no time", field="created_at")
    if len(text) > 100:
        raise _unreadable(text)
    try:
        found = _count(text, time_format, time_zone)
        if found is None:
            found = _written(text, time_format, time_zone)
    except (ValueError, OverflowError):
        raise _unreadable(text) from None
    if found < 0:
        raise Invalid(f"The time lies before 1970: {text}", field="created_at")
    return found


def formats_of(values: Iterable[object]) -> list[TimeFormat]:
    """In which format these are written: one when that is certain, none when there is none, several to be asked.

    It is the one that reads the most of them, and half of them at least: one line of rubbish changes nothing.
    """
    seen = [str(value).strip() for value in values if value is not None and str(value).strip()]
    counts = [float(text) for text in seen if _COUNT.fullmatch(text)]
    read: dict[TimeFormat, int] = {name: sum(_counts(number, name) for number in counts) for name in _RANGES}
    written = [text for text in seen if not _COUNT.fullmatch(text)]
    read["iso"] = sum(_reads(text, "iso") for text in written)
    days, months = ([_reads(text, order) for text in written] for order in _ORDERS)
    both = [day or month for day, month in zip(days, months, strict=True)]
    most = max(*read.values(), sum(both))
    if not most or 2 * most < len(seen):
        return []
    for name, number in read.items():
        if number == most:
            return [name]
    # Some may be read in one order alone; where others want the other one, that is asked.
    return [order for order, found in zip(_ORDERS, (days, months), strict=True) if found == both] or [*_ORDERS]


def _counts(number: float, name: TimeFormat) -> bool:
    unit, (least, most) = _RANGES[name]
    return least <= number / unit <= most


def _reads(text: str, time_format: TimeFormat) -> bool:
    try:
        read_time(text, time_format, "UTC")
    except Invalid:
        return False
    return True


def _count(text: str, time_format: TimeFormat | None, time_zone: str) -> int | None:
    if time_format not in ("seconds", "milliseconds", "excel"):
        return None
    if not _COUNT.fullmatch(text):
        return None  # a time that leaves no doubt is read in any case
    whole, _, part = text.partition(".")
    if time_format == "milliseconds":
        return int(whole)
    if time_format == "seconds":
        return int(whole) * 1_000 + int((part + "000")[:3])
    return _in_zone(_EXCEL_EPOCH + timedelta(seconds=round(float(text) * 86_400)), time_zone)


def _written(text: str, time_format: TimeFormat | None, time_zone: str) -> int:
    if found := _YEAR_FIRST.fullmatch(text):
        return _moment(found, int(found["year"]), int(found["month"]), int(found["day"]), time_zone)
    if found := _NUMBERS.fullmatch(text):
        one, two = int(found["one"]), int(found["two"])
        if time_format == "day_first":
            day, month = one, two
        elif time_format == "month_first":
            month, day = one, two
        else:
            raise _unreadable(text)
        year = int(found["year"])
        return _moment(found, year + 2_000 if year < 100 else year, month, day, time_zone)
    if found := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text):
        month = _months().get(found["name"].lower(), 0)
        return _moment(found, int(found["year"]), month, int(found["day"]), time_zone)
    raise _unreadable(text)


def _moment(found: re.Match[str], year: int, month: int, day: int, time_zone: str) -> int:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    half = (found["half"] or "").lower().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if half == "pm" else 0)
    part = int(((found["part"] or "") + "000")[:3])
    when = datetime(year, month, day, hour, minute, min(second, 59))
    zone = found["zone"]
    if zone is None:
        return _in_zone(when, time_zone) + part
    return int(when.replace(tzinfo=UTC).timestamp()) * 1_000 + part - _offset(zone)


def _offset(zone: str) -> int:
    """Milliseconds that clocks of this distance are ahead of UTC."""
    digits = zone.removeprefix("UTC").removeprefix("GMT").replace(":", "")
    if len(digits) < 5:
        return 0
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    if int(digits[3:5]) > 59 or minutes > 15 * 60:
        raise ValueError("no such distance")
    return (-1 if digits[0] == "-" else 1) * minutes * 60_000


def _in_zone(when: datetime, time_zone: str) -> int:
    return int(when.replace(tzinfo=_zone(time_zone)).timestamp() * 1_000)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, language).items():
                    found.setdefault(name.lower().rstrip("."), set()).add(month)
    found.setdefault("sept", set()).add(9)
    return {name: next(iter(months)) for name, months in found.items() if len(months) == 1}


def _unreadable(text: str) -> Invalid:
    return Invalid(f"The time can not be read: {text[:60]}", field="created_at")
