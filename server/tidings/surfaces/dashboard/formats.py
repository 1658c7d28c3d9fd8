"""How the pages write numbers, money, shares and times: in British English, by CLDR."""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from tidings.render.time_ago import time_ago
from tidings.surfaces.dashboard.browsers import browser

LOCALE = Locale("en", "GB")
# The ISO code of each currency that goals and applications name (records/goal.py).
ISO_CODES = {
    "dollar": "USD",
    "pound": "GBP",
    "euro": "EUR",
    "yuan": "CNY",
    "peso": "MXN",
    "shekel": "ILS",
    "yen": "JPY",
    "won": "KRW",
    "hryvnia": "UAH",
    "franc": "CHF",
    "rupee": "INR",
}
# Where a plural is not the word with an "s".
PLURALS = {"entry": "entries", "delivery": "deliveries", "person": "people", "reply": "replies", "try": "tries"}
NOTHING = "–"
NO_HUNDREDTHS_FROM = 100_000
# Of US$ and JP¥.
_COUNTRY_OF_SIGN = re.compile(r"^[A-Z]{2}(?=[$¥])")
_NO_TIME = Markup("–")


def number(value: int | float | None) -> str:
    """1234567 as "1,234,567"; None as a dash."""
    if isinstance(value, int):  # tables have hundreds of them; CLDR writes them so
        return f"{value:,}"
    return NOTHING if value is None else format_decimal(value, locale=LOCALE)


def percent(share: float | None, places: int = 1) -> str:
    """A share of 1 as a percentage: 0.0312 as "3.1%". None, of nothing, as a dash."""
    if share is None:
        return NOTHING
    return format_percent(share, format=f"#,##0.{'#' * places}%" if places else "#,##0%", locale=LOCALE)


def change(share: float | None) -> str:
    """A change against before, with its sign: 0.12 as "+12%", -0.5 as "−50%"."""
    if share is None:
        return NOTHING
    text = percent(abs(share), 0 if abs(share) >= 0.1 else 1)
    return text if share == 0 else f"{'+' if share > 0 else '−'}{text}"


def money(cents: int | None, currency: str = "dollar", big: bool = False) -> str:
    """Hundredths of a currency as this is written: 123456 as "US$1,234.56"; whole things of `integer` as a plain number.

    `big`: in large type, where so much of it that nobody asks for the hundredths is told without, and without the country.
    """
    if cents is None:
        return NOTHING
    code = ISO_CODES.get(currency)
    if code is None:
        return number(cents)
    sign, places = _sign(code)
    if big and abs(cents) >= NO_HUNDREDTHS_FROM:
        sign, places = _COUNTRY_OF_SIGN.sub("", sign), 0
    return f"{'-' if cents < 0 else ''}{sign}{abs(cents) / 100:,.{places}f}"


@lru_cache
def _sign(code: str) -> tuple[str, int]:
    """What stands before an amount, and how many places it has: of CLDR, once, as a page may hold hundreds of amounts."""
    nothing = format_currency(0, code, locale=LOCALE)
    sign = nothing.rstrip("0.")
    return sign, len(nothing[len(sign) :].partition(".")[2])


def count(value: int, noun: str, nouns: str = "") -> str:
    """A number and what is counted: 1 event, 1,234 events."""
    many = nouns or PLURALS.get(noun) or f"{noun}s"
    return f"{number(value)} {noun if value == 1 else many}"


def moment(milliseconds: int | None, time_zone: str = "UTC", form: str = "d MMM y, HH:mm") -> Markup:
    """A moment in a time zone, as a `<time>` whose title has the seconds; None as a dash."""
    if milliseconds is None:
        return _NO_TIME
    at = datetime.fromtimestamp(milliseconds / 1_000, UTC)
    local = at.astimezone(_zone(time_zone))
    shown = format_datetime(local, form, locale=LOCALE)
    exact = format_datetime(local, "EEEE, d MMMM y, HH:mm:ss zzzz", locale=LOCALE)
    return _time(at, exact, shown)


def listed(milliseconds: int, now: int, time_zone: str = "UTC") -> Markup:
    """A moment in a list that is about what is new: of today the time alone, of this year without it, else the day."""
    zone = _zone(time_zone)
    at, today = (datetime.fromtimestamp(one / 1_000, zone) for one in (milliseconds, now))
    if at.date() == today.date():
        return moment(milliseconds, time_zone, "HH:mm:ss")
    return moment(milliseconds, time_zone, "d MMM, HH:mm" if at.year == today.year else "d MMM y, HH:mm")


def day(milliseconds: int | None, time_zone: str = "UTC") -> Markup:
    """The day of a moment in a time zone: 21 Nov 2026."""
    return moment(milliseconds, time_zone, "d MMM y")


def ago(milliseconds: int | None, now: int, time_zone: str = "UTC") -> Markup:
    """How long before `now` a moment was, in words, as a `<time>` whose title is the moment; None as a dash."""
    if milliseconds is None:
        return _NO_TIME
    at = datetime.fromtimestamp(milliseconds / 1_000, UTC)
    exact = format_datetime(at.astimezone(_zone(time_zone)), "d MMMM y, HH:mm:ss zzzz", locale=LOCALE)
    return _time(at, exact, time_ago(max(0, now - milliseconds) // 1_000, LOCALE))


FILTERS = {
    "number": number,
    "percent": percent,
    "change": change,
    "money": money,
    "count": count,
    "moment": moment,
    "day": day,
    "listed": listed,
    "ago": ago,
    "browser": browser,
}


def _time(at: datetime, title: str, shown: str) -> Markup:
    iso = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, title, shown)


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a zone that this machine's tables do not have (any more)
        return UTC
