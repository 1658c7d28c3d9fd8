"""What a member of a request may be: how it is read and how it is described, in one place for both.

A Kind reads one JSON value into ours, or refuses it naming the member; its `schema` goes into the OpenAPI document.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from tidings.errors import Invalid
from tidings.render.countries import country_code
from tidings.render.links import is_web_url

TEXT_LIMIT = 255
ID_LIMIT = 2**63 - 1

# As JSON schemas say it: an id as text, and a URL of ASCII as is_web_url lets it in; both may be blank.
DIGITS = "^([1-9][0-9]{0,17})?$"
WEB_URL_PATTERN = "^([Hh][Tt][Tt][Pp][Ss]?://[A-Za-z0-9_][A-Za-z0-9._~-]*(:[0-9]{1,4})?([/?#][!#-;=?-Z\\[\\]^_a-z{|}~]*)?)?$"

_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


class Kind(Struct, frozen=True):
    """`parse(value, name)` gives our value or raises Invalid; `value` is never blank ("" and null mean absent)."""

    parse: Callable[[Any, str], Any]
    schema: dict[str, Any]


class Member(Struct, frozen=True):
    """One row of a table of members. `to`: our name for it, where that is another."""

    name: str
    kind: Kind
    about: str
    example: Any = None
    to: str = ""


def read(body: Mapping[str, Any], table: Iterable[Member]) -> dict[str, Any]:
    """The members of `table` that `body` holds, under our names. Blank ones are absent. Raises Invalid."""
    found = {}
    for member in table:
        name = member.name
        value = body.get(name)
        if value is not None and value != "":
            found[member.to or name] = member.kind.parse(value, name)
    return found


def read_changes(body: Mapping[str, Any], table: Iterable[Member]) -> dict[str, Any]:
    """As `read`, but a member that is sent blank is there as None: it is to be cleared."""
    return {
        member.to or member.name: None
        if body[member.name] is None or body[member.name] == ""
        else member.kind.parse(body[member.name], member.name)
        for member in table
        if member.name in body
    }


def unwrapped(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The members of `{"event": {…}}`, or of the object itself when clients send it bare."""
    if name not in body:
        return body
    inner = body[name]
    if not isinstance(inner, dict):
        raise Invalid(f"{label(name)} is not an object", field=name)
    return inner


def label(name: str) -> str:
    """A member's name for people: "image_url" is "Image url"."""
    return name.replace("_", " ").capitalize()


def parsed_id(written: str) -> int | None:
    """ASCII digits, 1 to 2^63-1; None for anything else."""
    if not _DIGITS.fullmatch(written):
        return None
    number = int(written)
    return number if 1 <= number <= ID_LIMIT else None


def whole_number(value: Any) -> int | None:
    """A number of a JSON text that is whole, 1.0 too; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(most: int = TEXT_LIMIT) -> Kind:
    """At most so many code points, exactly as sent; a number becomes its digits."""

    def parse(value: Any, name: str) -> str:
        if type(value) is str and len(value) <= most:  # nearly always
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Invalid(f"{label(name)} is not text", field=name)
        written = value if isinstance(value, str) else str(value)
        if len(written) > most:
            raise Invalid(f"{label(name)} is longer than {most} characters", field=name, code="too_long")
        return written

    return Kind(parse, {"type": ["string", "number", "null"], "maxLength": most})


def _web_url(value: Any, name: str) -> str:
    if not isinstance(value, str) or not is_web_url(value):
        raise Invalid(f"{label(name)} is not valid", field=name, code="invalid_url")
    return value


def _identifier(value: Any, name: str) -> int:
    number = parsed_id(value) if isinstance(value, str) else whole_number(value)
    if number is None or not 1 <= number <= ID_LIMIT:
        raise Invalid(f"{label(name)} is not valid", field=name)
    return number


def _moment(value: Any, name: str) -> int:
    refusal = Invalid(f"{label(name)} is not valid: ISO 8601 or epoch seconds", field=name)
    try:
        if isinstance(value, bool):
            raise refusal
        if isinstance(value, int | float) or (isinstance(value, str) and _DIGITS.fullmatch(value)):
            milliseconds = int(float(value) * 1_000)
        elif isinstance(value, str):
            when = datetime.fromisoformat(value.strip())
            milliseconds = int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000)
        else:
            raise refusal
    except (ValueError, OverflowError):
        raise refusal from None
    if milliseconds < 0:
        raise Invalid(f"{label(name)} lies before 1970", field=name, code="out_of_range")
    return milliseconds


def _country(value: Any, name: str) -> str:
    return country_code(TEXT.parse(value, name))


# Where absent will not do.
NOT_BLANK: dict[str, Any] = {"not": {"enum": [None, ""]}}

TEXT = text()
WEB_URL = Kind(
    _web_url,
    {
        "title": f"http(s) URL, at most {TEXT_LIMIT}",
        "type": ["string", "null"],
        "pattern": WEB_URL_PATTERN,
        "maxLength": TEXT_LIMIT,
    },
)
IDENTIFIER = Kind(
    _identifier,
    {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": ID_LIMIT},
            {"type": "string", "pattern": DIGITS},
            {"type": "null"},
        ]
    },
)
MOMENT = Kind(
    _moment,
    {
        "title": "ISO 8601, or seconds since 1970",
        "anyOf": [
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date"},
            {"type": "string", "pattern": "^[0-9]{0,10}$"},
            {"type": "number", "minimum": 0, "maximum": 253_402_300_799},
            {"type": "null"},
        ],
    },
)
COUNTRY = Kind(_country, TEXT.schema)
