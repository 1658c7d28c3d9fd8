"""The range that a page of figures is of, out of its query: `range=30`, or `from=2026-11-01&to=2026-11-07`."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from msgspec import Struct

from tidings.domain.periods import Period, chosen, last_days
from tidings.errors import Invalid

# Of each its name in the query, what it is called, and how many days that is; a year is 52 weeks, so that each is whole.
NAMED = (("1", "Today", 1), ("7", "7 days", 7), ("30", "30 days", 30), ("90", "90 days", 90), ("365", "12 months", 364))
FIRST = "30"
_EPOCH = date(1970, 1, 1).toordinal()


class Choice(Struct, frozen=True):
    """The period, which of NAMED it is ("" for one's own days), its days as they stand in a form, and what is wrong."""

    period: Period
    name: str
    start: str
    end: str
    errors: dict[str, str]

    @property
    def query(self) -> str:
        """What a link to another page of figures takes along."""
        return urlencode({"range": self.name} if self.name else {"from": self.start, "to": self.end})

    @property
    def words(self) -> str:
        """The days: 1 Nov 2026 to 7 Nov 2026."""
        return days_text(self.period)

    @property
    def words_before(self) -> str:
        """The days that it is compared with."""
        return days_text(self.period.before)


def choice_of(query: Mapping[str, str], now: int, time_zone: str) -> Choice:
    """What is chosen; 30 days where nothing is, and where that will not do."""
    start, end = query.get("from", ""), query.get("to", "")
    name = query.get("range", "")
    if (start or end) and not name:
        try:
            period = chosen(_day(start, "from"), _day(end, "to"), now, time_zone)
        except Invalid as error:
            return _named(FIRST, now, time_zone, {error.field or "from": error.message}, start[:20], end[:20])
        return Choice(period, "", day_iso(period.first), day_iso(period.last), {})
    return _named(name if any(name == known for known, *_ in NAMED) else FIRST, now, time_zone, {})


def _named(name: str, now: int, time_zone: str, errors: dict[str, str], start: str = "", end: str = "") -> Choice:
    number = next(days for known, _, days in NAMED if known == name)
    period = last_days(number, now, time_zone)
    return Choice(period, name, start or day_iso(period.first), end or day_iso(period.last), errors)


def _day(written: str, field: str) -> int | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written).toordinal() - _EPOCH
    except ValueError:
        raise Invalid("This is no day, as 2026-11-21 is one", field=field) from None


def day_iso(day: int) -> str:
    """2026-11-21."""
    return _date(day).isoformat()


def day_text(day: int) -> str:
    """Sat 21 Nov."""
    on = _date(day)
    return f"{on:%a} {on.day} {on:%b}"


def short_day_text(day: int) -> str:
    """21 Nov."""
    on = _date(day)
    return f"{on.day} {on:%b}"


def days_text(period: Period) -> str:
    """21 Nov 2026, or 1 to 21 Nov 2026, as short as can be."""
    first, last = _date(period.first), _date(period.last)
    end = f"{last.day} {last:%b} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    return f"{first.day} {first:%b}{f' {first.year}' if first.year != last.year else ''} to {end}"


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH)
