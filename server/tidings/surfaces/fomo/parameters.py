"""Parameters of a query as tables: read, refused by name, and described for the OpenAPI document, in one place."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from tidings.errors import Invalid
from tidings.surfaces.kinds import Kind, whole_number

# The last second of the year 9999, since the epoch.
LAST_SECOND = 253_402_300_799

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()


class Parameter(Struct, frozen=True):
    """One row of a table of parameters. `to`: our name for it, where that is another; two names may share one."""

    name: str
    kind: Kind
    about: str
    default: Any = None
    example: Any = None
    required: bool = False
    to: str = ""


def read_query(query: Mapping[str, Any], table: Iterable[Parameter]) -> dict[str, Any]:
    """Every parameter of `table` under our names; where none was sent or it is blank, its default. Raises Invalid.

    Of two names for the same the one that stands first in the table wins.
    """
    found: dict[str, Any] = {}
    missing: dict[str, Any] = {}
    for parameter in table:
        name = parameter.to or parameter.name
        value = query.get(parameter.name)
        if value is not None and value != "":
            found.setdefault(name, parameter.kind.parse(value, parameter.name))
        elif parameter.required:
            raise Invalid(f"{parameter.name} is required", field=parameter.name, code="required")
        else:
            missing.setdefault(name, parameter.default)
    return missing | found


def as_written(query_string: bytes) -> dict[str, str]:
    """The parameters of a query that has passed the gate, a plus sign being a plus sign."""
    pairs = (pair.partition("=") for pair in query_string.decode("ascii").split("&"))
    return {unquote(name): unquote(value) for name, _, value in pairs}


def whole(least: int, most: int) -> Kind:
    """A whole number in digits, within these bounds."""

    def parse(value: Any, name: str) -> int:
        number = _whole(value)
        if number is None or not least <= number <= most:
            raise Invalid(f"{name} is a number from {least} to {most}", field=name)
        return number

    return Kind(parse, {"type": "integer", "minimum": least, "maximum": most})


def choice(*values: str) -> Kind:
    """One of these words."""

    def parse(value: Any, name: str) -> str:
        if value not in values:
            raise Invalid(f"{name} is {' or '.join(values)}", field=name)
        return str(value)

    return Kind(parse, {"type": "string", "enum": list(values)})


def text(most: int) -> Kind:
    """Text of at most so many characters."""

    def parse(value: Any, name: str) -> str:
        if len(value) > most:
            raise Invalid(f"{name} is longer than {most} characters", field=name, code="too_long")
        return str(value)

    return Kind(parse, {"type": "string", "minLength": 1, "maxLength": most})


def _whole(value: Any) -> int | None:
    """A number from its digits, or from JSON; None for what is no whole number of ours."""
    if isinstance(value, str):
        return int(value) if len(value) <= 19 and value.isascii() and value.isdigit() else None
    return whole_number(value)


def _switch(value: Any, name: str) -> bool:
    word = str(value).lower()
    if word in ("true", "1"):
        return True
    if word in ("false", "0"):
        return False
    raise Invalid(f"{name} is true or false", field=name)


def _seconds(value: Any, name: str) -> int:
    number = _whole(value)
    if number is None or not 0 <= number <= LAST_SECOND:
        raise Invalid(f"{name} is a time in seconds since 1970, before the year 10000", field=name)
    return number


def _day(value: Any, name: str) -> int:
    """The number of a day, counted from the epoch."""
    refusal = Invalid(f"{name} is a day from 1970 on, as in 2026-01-31", field=name)
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refusal
    try:
        number = date.fromisoformat(value).toordinal() - _EPOCH
    except ValueError:
        raise refusal from None
    if number < 0:
        raise Invalid(f"{name} lies before 1970", field=name, code="out_of_range")
    return number


def day_text(number: int) -> str:
    """2026-01-31, of a day counted from the epoch."""
    return date.fromordinal(number + _EPOCH).isoformat()


SWITCH = Kind(_switch, {"type": "boolean"})
SECONDS = Kind(_seconds, {"type": "integer", "minimum": 0, "maximum": LAST_SECOND})
DAY = Kind(_day, {"type": "string", "format": "date"})
