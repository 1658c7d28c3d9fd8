"""An event as a form: what is typed, by the rules of the API, with every field that will not do named at once.

Of an event that is there only what somebody has changed in the form is written: what came over the API meanwhile stays, and
so does what no field of a form can hold exactly, such as blanks around a text.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct

from tidings.domain.custom_fields import FIELD, MOST_FIELDS
from tidings.errors import Invalid
from tidings.records.event import CustomField, Event, EventChanges, EventDraft, FieldChange
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.dashboard.refusal_words import words
from tidings.surfaces.dashboard.setting_forms import SEEN, mark
from tidings.surfaces.events import EVENT
from tidings.surfaces.field_kinds import CUSTOM_FIELDS
from tidings.surfaces.kinds import Member, parsed_id, read

KEY, VALUE, NUMBER, ADD = "field_key", "field_value", "field_number", "add_field"
TIME = "created_at"
FORGET_EMAIL = "forget_email"
# The rest of EVENT is no member of the form, or has a form of its own.
TYPED = tuple(member for member in EVENT if member.name not in ("event_type_tag", "ip_address", TIME, FIELD))
_TEXTS = tuple(member.name for member in TYPED if member.name not in ("event_type_id", "email_address"))
_KEY_OF, _VALUE_OF = "key ", "value "
_LINE_END = re.compile(r"\r\n?")


class Row(Struct, frozen=True):
    """A custom field as it was typed; `number`: of the one that it was drawn from, "" for a new one."""

    key: str = ""
    value: str = ""
    number: str = ""


class Typed(Struct, frozen=True):
    """What stands in the form: texts by the member's name, and the custom fields; `seen`: marks of what was there."""

    values: Mapping[str, str]
    rows: Sequence[Row]
    seen: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


class Wrong(Exception):
    """What was typed will not do: sentences by the field's name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def blank(event_type_id: int | None) -> Typed:
    """An empty form."""
    return Typed({"event_type_id": str(event_type_id or "")}, [Row()])


def typed_event(event: Event) -> Typed:
    """A form that says what an event says."""
    values = {name: getattr(event, name) or "" for name in _TEXTS}
    rows = [Row(field.key, field.value, str(field.number)) for field in event.custom_fields]
    seen = json.dumps(_marks(event), separators=(",", ":"))
    return Typed(values | {"event_type_id": str(event.event_type_id)}, _with_room(rows), seen)


def typed_form(form: Form) -> Typed:
    """What came with a request."""
    names = (*(member.name for member in TYPED), TIME, FORGET_EMAIL)
    rows = [Row(*row) for row in zip_longest(form.all(KEY), form.all(VALUE), form.all(NUMBER), fillvalue="")]
    if ADD in form:
        rows = [row for row in rows if row.key or row.value] + [Row(), Row()]
    return Typed({name: form[name].strip() for name in names if name in form}, _with_room(rows), form[SEEN])


def draft_of(typed: Typed, time_zone: str, now: int) -> EventDraft:
    """A new event. Raises Wrong. `now`: milliseconds."""
    found, errors = _read(typed, TYPED)
    try:
        found["created_at"] = moment_of(typed[TIME], time_zone)
        if (found["created_at"] or 0) > now:
            raise Invalid("That is still to come: an event has happened", field=TIME)
    except Invalid as error:
        errors[TIME] = error.message
    found["custom_fields"] = _custom_fields(typed, errors)
    if "event_type_id" not in found and "event_type_id" not in errors:
        errors["event_type_id"] = "Choose an event type"
    if errors:
        raise Wrong(errors)
    return EventDraft(**found)


def changes_of(typed: Typed, event: Event, seen: Mapping[str, str]) -> EventChanges:
    """What becomes of an event: a text that was emptied is cleared, an e-mail address that is empty stays. Raises Wrong.

    `seen`: the marks of what the form was drawn from; what has none there is held against the event itself.
    """
    drawn = dict(seen) or _marks(event)
    seen = _marks(event) | drawn
    changed = [
        member
        for member in TYPED
        if member.name in typed.values
        and (member.name == "email_address" or _mark(typed[member.name]) != seen.get(member.name))
    ]
    found, errors = _read(typed, changed)
    numbers = {parsed_id(name.removeprefix(_KEY_OF)) for name in drawn if name.startswith(_KEY_OF)}
    fields = _field_changes(typed, event, {field.number for field in event.custom_fields} & numbers, seen, errors)
    if errors:
        raise Wrong(errors)
    values: dict[str, Any] = {member.name: found.get(member.name) for member in changed if member.name in _TEXTS}
    email = found.get("email_address", None if typed[FORGET_EMAIL] else UNSET)
    return EventChanges(event_type_id=found.get("event_type_id"), email_address=email, custom_fields=tuple(fields), **values)


def moment_of(written: str, time_zone: str) -> int | None:
    """A local time of a time zone, as browsers write it, in milliseconds; of two the earlier one. None for "".

    Raises Invalid for what is no time, and for one that clocks left out there.
    """
    if not written:
        return None
    try:
        naive = datetime.fromisoformat(written)
    except ValueError:
        raise Invalid("This is no time: 2026-11-21T15:30", field=TIME) from None
    if naive.tzinfo is not None or naive.year < 1970:
        raise Invalid("This is no time since 1970 in the application's time zone", field=TIME)
    local = naive.replace(tzinfo=ZoneInfo(time_zone))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != naive:
        raise Invalid("There was no such time: the clocks went forward then", field=TIME)
    moment = int(local.timestamp() * 1_000)
    if moment < 0:
        raise Invalid("That was before 1970 began in Greenwich", field=TIME)
    return moment


def _read(typed: Typed, table: Iterable[Member]) -> tuple[dict[str, Any], dict[str, str]]:
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for member in table:
        try:
            found |= read(typed.values, (member,))
        except Invalid as error:
            errors[member.name] = words(error, member.name)
    return found, errors


def _custom_fields(typed: Typed, errors: dict[str, str]) -> tuple[CustomField, ...]:
    rows = [row for row in typed.rows if row.key or row.value]
    try:
        return tuple(CUSTOM_FIELDS.parse([{"key": row.key.strip(), "value": row.value} for row in rows], FIELD))
    except Invalid as error:
        errors["custom_fields"] = error.message
        return ()


def _field_changes(
    typed: Typed, event: Event, drawn: set[int], seen: Mapping[str, str], errors: dict[str, str]
) -> list[FieldChange]:
    """Only of the fields that the form was drawn with, and new ones; one under another name is a new one."""
    there = {field.number: field for field in event.custom_fields}
    removed = set(drawn)
    values: list[FieldChange] = []
    new: list[Row] = []
    for row in typed.rows:
        number = parsed_id(row.number) or 0
        other_key = _mark(row.key) != seen.get(f"{_KEY_OF}{number}")
        other_value = _mark(row.value) != seen.get(f"{_VALUE_OF}{number}")
        if not number or (other_key and (row.key or row.value)):
            before = there.get(number)
            new.append(row if other_value or before is None else Row(row.key, before.value))
        elif not other_key:
            removed.discard(number)
            if other_value and number in there:
                values.append(FieldChange(number, None, row.value))
            elif other_value:
                new.append(row)
    added = [FieldChange(None, field.key, field.value) for field in _custom_fields(Typed({}, new), errors)]
    _custom_fields(Typed({}, [Row("key", change.value or "") for change in values]), errors)
    removed -= {number for number in removed if there[number].key in {change.key for change in added}}
    return [*(FieldChange(number, None, None, remove=True) for number in sorted(removed)), *values, *added]


def _marks(event: Event) -> dict[str, str]:
    """What the form says of an event that it is drawn from: a mark of each of its fields."""
    marks = {name: _mark(getattr(event, name) or "") for name in _TEXTS}
    marks["event_type_id"] = _mark(str(event.event_type_id))
    for field in event.custom_fields:
        marks[f"{_KEY_OF}{field.number}"] = _mark(field.key)
        marks[f"{_VALUE_OF}{field.number}"] = _mark(field.value)
    return marks


def _mark(text: str) -> str:
    """A mark of a text as it comes back from a form: with other ends of lines, and nothing around it."""
    return mark(_LINE_END.sub("\n", text).strip())


def _with_room(rows: Sequence[Row]) -> list[Row]:
    """With one empty row at the end, as long as there may be more."""
    if len(rows) >= MOST_FIELDS or (rows and not rows[-1].key and not rows[-1].value):
        return list(rows)
    return [*rows, Row()]
