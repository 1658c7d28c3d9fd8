"""Custom fields in a request, in all the shapes that clients send them: a list of keys and values, or a map."""

from typing import Any

from msgspec import Struct

from tidings.domain.custom_fields import MOST_FIELDS
from tidings.errors import Invalid
from tidings.records.event import CustomField
from tidings.surfaces.kinds import DIGITS, TEXT_LIMIT, Kind, parsed_id, whole_number


class FieldItem(Struct, frozen=True):
    """One custom field of an update: `id` is the client's; None: not said."""

    id: int | None
    key: str | None
    value: str | None
    destroy: bool


def _fields(value: Any, name: str) -> tuple[CustomField, ...]:
    """New fields; keys are unique, the last one wins; values become text."""
    fields: dict[str, str] = {}
    for item in _items(value, name):
        if item.destroy:
            continue
        if item.key is None:
            raise _no_key(name)
        fields.pop(item.key, None)
        fields[item.key] = item.value or ""
    return tuple(CustomField(number, key, content) for number, (key, content) in enumerate(fields.items(), 1))


def _items(value: Any, name: str) -> list[FieldItem]:
    if isinstance(value, dict):
        items = [
            FieldItem(None, _key(key, name), field_value(content, name), destroy=False) for key, content in value.items()
        ]
    elif isinstance(value, list):
        items = [_item(item, name) for item in value]
    else:
        raise Invalid("Custom event fields are a list of keys and values, or a map", field=name)
    if len(items) > MOST_FIELDS:
        raise Invalid(f"There are more than {MOST_FIELDS} custom event fields", field=name, code="too_many")
    return items


def _changes(value: Any, name: str) -> list[FieldItem]:
    items = _items(value, name)
    if any(item.id is None and item.key is None for item in items):
        raise _no_key(name)
    return items


def _item(item: Any, name: str) -> FieldItem:
    if not isinstance(item, dict):
        raise Invalid("A custom event field is an object with a key and a value", field=name)
    key = item.get("key")
    return FieldItem(
        id=_id(item["id"], name) if "id" in item else None,
        key=None if key is None or key == "" else _key(key, name),
        value=field_value(item["value"], name) if "value" in item else None,
        destroy="_destroy" in item and _destroy(item["_destroy"], name),
    )


def _id(value: Any, name: str) -> int | None:
    if value is None or value == "":
        return None
    number = parsed_id(value) if isinstance(value, str) else whole_number(value)
    if number is None:
        raise Invalid("A custom event field's id is not valid", field=name)
    return number


def _key(key: Any, name: str) -> str:
    if type(key) is str and 0 < len(key) <= TEXT_LIMIT:
        return key
    if isinstance(key, int | float) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or not key:
        raise _no_key(name)
    if len(key) > TEXT_LIMIT:
        raise Invalid(f"A custom event field's key is longer than {TEXT_LIMIT} characters", field=name, code="too_long")
    return key


def _destroy(value: Any, name: str) -> bool:
    if value in (None, "", "0", "false", False):  # 0 is False
        return False
    if value in ("1", "true", True):
        return True
    raise Invalid("A custom event field's _destroy is true or false", field=name)


def field_value(value: Any, name: str) -> str:
    """The value of a custom field as text; null is ""."""
    if type(value) is str and len(value) <= TEXT_LIMIT:
        return value
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


def _no_key(name: str) -> Invalid:
    return Invalid("A custom event field has no key", field=name)


_SCALAR = {"type": ["string", "number", "boolean", "null"], "maxLength": TEXT_LIMIT}
_ID = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": DIGITS}, {"type": "null"}]}
_KEY = {"type": ["string", "number"], "minLength": 1, "maxLength": TEXT_LIMIT}
_PROPERTIES = {
    "id": _ID,
    "key": {"type": ["string", "number", "null"], "maxLength": TEXT_LIMIT},
    "value": _SCALAR,
    "_destroy": {"enum": [True, False, 0, 1, "0", "1", "true", "false", "", None]},
}
_MAP = {
    "type": "object",
    "maxProperties": MOST_FIELDS,
    "propertyNames": {"minLength": 1, "maxLength": TEXT_LIMIT},
    "additionalProperties": _SCALAR,
}


def _schema(named_by: dict[str, Any]) -> dict[str, Any]:
    """Items with a key, or named by another member; a map; or blank."""
    keyed = {"required": ["key"], "properties": {"key": _KEY}}
    item = {"type": "object", "properties": _PROPERTIES, "anyOf": [keyed, named_by]}
    array = {"type": "array", "maxItems": MOST_FIELDS, "items": item}
    return {"title": f"list or map, at most {MOST_FIELDS}", "anyOf": [array, _MAP, {"enum": [None, ""]}]}


CUSTOM_FIELDS = Kind(
    _fields, _schema({"required": ["_destroy"], "properties": {"_destroy": {"enum": [True, 1, "1", "true"]}}})
)
FIELD_CHANGES = Kind(_changes, _schema({"required": ["id"], "properties": {"id": {"not": {"enum": [None, ""]}}}}))
