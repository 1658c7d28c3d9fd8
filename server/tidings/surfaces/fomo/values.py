"""One member of a request at a time: from JSON as clients write it to a value, or a refusal that names the member.

`""` and null mean absent, for every member.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tidings.errors import Invalid
from tidings.records.event import CustomField
from tidings.render.links import is_web_url

TEXT_LIMIT = 255
FIELD_LIMIT = 50
ID_LIMIT = 2**63 - 1
# How far ahead of this server's clock an event may be, in milliseconds.
FUTURE_LIMIT = 5 * 60 * 1_000

_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def text(body: Mapping[str, Any], name: str) -> str | None:
    """At most TEXT_LIMIT code points, exactly as sent; a number becomes its digits."""
    value = body.get(name)
    if value is None or value == "":
        return None
    return _text(value, name, f"{_label(name)} is not text")


def _text(value: Any, field: str, refusal: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Invalid(refusal, field=field)
    written = value if isinstance(value, str) else str(value)
    if len(written) > TEXT_LIMIT:
        raise Invalid(f"{_label(field)} is longer than {TEXT_LIMIT} characters", field=field, code="too_long")
    return written


def web_url(body: Mapping[str, Any], name: str) -> str | None:
    """An absolute http or https URL."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not is_web_url(value):
        raise Invalid(f"{_label(name)} is not valid", field=name, code="invalid_url")
    return value


def identifier(body: Mapping[str, Any], name: str) -> int | None:
    """An id, as a number or as its digits."""
    value = body.get(name)
    if value is None or value == "":
        return None
    number = parsed_id(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= ID_LIMIT:
        raise Invalid(f"{_label(name)} is not valid", field=name)
    return number


def parsed_id(written: str) -> int | None:
    """ASCII digits, 1 to 2^63-1; None for anything else."""
    if not _DIGITS.fullmatch(written):
        return None
    number = int(written)
    return number if 1 <= number <= ID_LIMIT else None


def moment(body: Mapping[str, Any], name: str, now: int) -> int | None:
    """A time of the past, as milliseconds: ISO 8601 with "T" or a space, or epoch seconds. `now`: milliseconds."""
    value = body.get(name)
    if value is None or value == "":
        return None
    refusal = Invalid(f"{_label(name)} is not valid: ISO 8601 or epoch seconds", field=name)
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
    if not 0 <= milliseconds <= now + FUTURE_LIMIT:
        raise Invalid(f"{_label(name)} lies in the future or before 1970", field=name)
    return milliseconds


def custom_fields(body: Mapping[str, Any], name: str) -> tuple[CustomField, ...]:
    """A list of {"key", "value"} or a map; keys are unique, the last one wins; values become text."""
    value = body.get(name)
    if value is None or value in ("", [], {}):
        return ()
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = [_pair(item, name) for item in value]
    else:
        raise Invalid("Custom event fields are a list of keys and values, or a map", field=name)
    if len(pairs) > FIELD_LIMIT:
        raise Invalid(f"There are more than {FIELD_LIMIT} custom event fields", field=name, code="too_many")
    fields: dict[str, str] = {}
    for key, content in pairs:
        if not key:
            raise Invalid("A custom event field has no key", field=name)
        if len(key) > TEXT_LIMIT:
            raise Invalid(f"A custom event field's key is longer than {TEXT_LIMIT} characters", field=name, code="too_long")
        fields.pop(key, None)
        fields[key] = _content(content, name)
    return tuple(CustomField(number, key, content) for number, (key, content) in enumerate(fields.items(), 1))


def _pair(item: Any, name: str) -> tuple[str, Any]:
    if not isinstance(item, dict):
        raise Invalid("A custom event field is an object with a key and a value", field=name)
    key = item.get("key")
    if isinstance(key, int | float) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str):
        raise Invalid("A custom event field has no key", field=name)
    return key, item.get("value")


def _content(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        written = str(value)
        if len(written) > TEXT_LIMIT:
            raise Invalid(
                f"A custom event field's value is longer than {TEXT_LIMIT} characters", field=name, code="too_long"
            )
        return written
    raise Invalid("A custom event field's value is not text", field=name)


def whole(query: Mapping[str, str], names: tuple[str, ...], default: int, least: int, most: int) -> int:
    """A number of the query, under the first of its names that is there."""
    for name in names:
        written = query.get(name, "")
        if written:
            number = int(written) if _DIGITS.fullmatch(written) else -1
            if not least <= number <= most:
                raise Invalid(f"{name} is a number from {least} to {most}", field=name)
            return number
    return default


def switch(query: Mapping[str, str], name: str) -> bool:
    """true or false, also 1 or 0."""
    written = query.get(name, "").lower()
    if written in ("", "false", "0"):
        return False
    if written in ("true", "1"):
        return True
    raise Invalid(f"{name} is true or false", field=name)


def _label(name: str) -> str:
    """The member's name for people: "image_url" is "Image url"."""
    return name.replace("_", " ").capitalize()
