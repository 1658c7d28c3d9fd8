"""Custom fields of an event: what a list of changes makes of them."""

from collections.abc import Iterable, Sequence

from tidings.errors import Invalid
from tidings.records.event import CustomField, FieldChange

MOST_FIELDS = 50
# Numbers make the ids of fields unique over all events (surfaces/fomo/shapes.py): they stay below a thousand.
HIGHEST_NUMBER = 999
FIELD = "custom_event_fields_attributes"


def changed_fields(fields: Sequence[CustomField], changes: Iterable[FieldChange]) -> tuple[CustomField, ...]:
    """The fields after the changes, in their places; new ones at the end. Keys are unique, the last one wins.

    Raises Invalid for a number that none of them has, and for more than MOST_FIELDS.
    """
    now = {field.number: field for field in fields}
    highest = max(now, default=0)
    for change in changes:
        number = change.number
        if number is None:
            number = next((field.number for field in now.values() if field.key == change.key), None)
        elif number not in now:
            raise Invalid("A custom event field's id is not one of this event", field=FIELD, code="unknown_custom_field")
        if change.remove:
            now.pop(number or 0, None)
            continue
        if number is None:
            number = highest = _next_number(now, highest)
        before = now.get(number, CustomField(number, "", ""))
        field = CustomField(
            number,
            before.key if change.key is None else change.key,
            before.value if change.value is None else change.value,
        )
        now = {other: one for other, one in now.items() if other == number or one.key != field.key}
        now[number] = field
    if len(now) > MOST_FIELDS:
        raise Invalid(f"There would be more than {MOST_FIELDS} custom event fields", field=FIELD, code="too_many")
    return tuple(now.values())


def _next_number(taken: Iterable[int], highest: int) -> int:
    """One that no field has; one that was there before only when all others are used up."""
    if highest < HIGHEST_NUMBER:
        return highest + 1
    return next(number for number in range(1, HIGHEST_NUMBER + 1) if number not in set(taken))
