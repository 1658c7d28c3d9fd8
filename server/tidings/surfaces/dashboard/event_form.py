"""An event as a form: what is typed, by the rules of the API, with every field that will not do named at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import UNSET, Struct

from tidings.domain.custom_fields import FIELD, MOST_FIELDS
from tidings.errors import Invalid
from tidings.records.event import CustomField, Event, EventChanges, EventDraft, FieldChange
from tidings.surfaces.dashboard.forms import Form
from tidings.surfaces.events import EVENT
from tidings.surfaces.field_kinds import CUSTOM_FIELDS
from tidings.surfaces.kinds import Member, read

KEY, VALUE, ADD = "field_key", "field_value", "add_field"
TIME = "created_at"
FORGET_EMAIL = "forget_email"
# The rest of EVENT is no member of the form, or has a form of its own.
TYPED = tuple(member for member in EVENT if member.name not in ("event_type_tag", "ip_address", TIME, FIELD))
_TEXTS = tuple(member.name for member in TYPED if member.name not in ("event_type_id", "email_address"))


class Row(Struct, frozen=True):
    """A custom field as it was typed."""

    key: str = ""
    value: str = ""


class Typed(Struct, frozen=True):
    """What stands in the form: texts by the member's name, and the custom fields."""

    values: Mapping[str, str]
    rows: Sequence[Row]

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
    rows = [Row(field.key, field.value) for field in event.custom_fields]
    return Typed(values | {"event_type_id": str(event.event_type_id)}, _with_room(rows))


def typed_form(form: Form) -> Typed:
    """What came with a request."""
    names = (*(member.name for member in TYPED), TIME, FORGET_EMAIL)
    rows = [Row(key.strip(), value) for key, value in zip(form.all(KEY), form.all(VALUE), strict=False)]
    if ADD in form:
        rows = [row for row in rows if row.key or row.value] + [Row(), Row()]
    return Typed({name: form[name].strip() for name in names}, _with_room(rows))


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


def changes_of(typed: Typed, event: Event) -> EventChanges:
    """What becomes of an event: a text that is empty is cleared, an e-mail address that is empty stays. Raises Wrong."""
    found, errors = _read(typed, TYPED)
    fields = _custom_fields(typed, errors)
    if errors:
        raise Wrong(errors)
    values: dict[str, Any] = {name: found.get(name) for name in _TEXTS}
    email = found.get("email_address", None if typed[FORGET_EMAIL] else UNSET)
    kept = {field.key for field in fields}
    changes = [FieldChange(field.number, None, None, remove=True) for field in event.custom_fields if field.key not in kept]
    changes += [FieldChange(None, field.key, field.value) for field in fields]
    return EventChanges(
        event_type_id=found.get("event_type_id"), email_address=email, custom_fields=tuple(changes), **values
    )


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
    return int(local.timestamp() * 1_000)


def _read(typed: Typed, table: Iterable[Member]) -> tuple[dict[str, Any], dict[str, str]]:
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for member in table:
        try:
            found |= read(typed.values, (member,))
        except Invalid as error:
            errors[member.name] = error.message
    return found, errors


def _custom_fields(typed: Typed, errors: dict[str, str]) -> tuple[CustomField, ...]:
    rows = [row for row in typed.rows if row.key or row.value]
    try:
        return tuple(CUSTOM_FIELDS.parse([{"key": row.key, "value": row.value} for row in rows], FIELD))
    except Invalid as error:
        errors["custom_fields"] = error.message
        return ()


def _with_room(rows: Sequence[Row]) -> list[Row]:
    """With one empty row at the end, as long as there may be more."""
    if len(rows) >= MOST_FIELDS or (rows and not rows[-1].key and not rows[-1].value):
        return list(rows)
    return [*rows, Row()]
