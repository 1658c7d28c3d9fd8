"""What a row of a file becomes: the same draft, by the same rules, as if a client had sent it."""

from typing import Any

import msgspec

from tidings.errors import Invalid
from tidings.records.event import EventDraft
from tidings.records.imports import FULL_NAME, FURTHER, FURTHER_FIELDS, Import, Plan, Row
from tidings.surfaces.events import event_draft
from tidings.surfaces.import_times import read_time
from tidings.surfaces.input import json_object

# What a column may be, with what people call it.
FIELDS = (
    ("", "Leave it out"),
    ("created_at", "Time"),
    ("first_name", "First name"),
    (FULL_NAME, "Full name (its first word is kept)"),
    ("city", "City"),
    ("province", "Province or state"),
    ("country", "Country"),
    ("title", "Title: what was bought or done"),
    ("url", "Link (URL)"),
    ("image_url", "Picture (URL)"),
    ("external_id", "Your own id, such as an order number"),
    ("email_address", "E-mail address (kept as a keyed hash)"),
    ("ip_address", "IP address (not kept; gives the city)"),
    ("event_type_tag", "Event type, by its tag"),
    (FURTHER, "Further field, under this name"),
    (FURTHER_FIELDS, "Further fields, as a JSON object"),
)
_FURTHER_MEMBER = "custom_event_fields_attributes"


def check_plan(plan: Plan) -> None:
    """Raises Invalid for a plan under which no row could become an event."""
    known = {name for name, _ in FIELDS}
    for field in plan.fields:
        if field not in known:
            raise Invalid(f"There is no field {field[:40]!r}", field="columns")
    for field in known - {"", FURTHER}:
        if plan.fields.count(field) > 1:
            label = dict(FIELDS)[field]
            raise Invalid(f"Two columns can not both be: {label}", field="columns")
    if FULL_NAME in plan.fields and "first_name" in plan.fields:
        raise Invalid("Choose the first name or the full name, not both", field="columns")
    if "created_at" not in plan.fields:
        raise Invalid("Say which column is the time: events without one are not imported", field="columns")
    if plan.event_type_id is None and "event_type_tag" not in plan.fields:
        raise Invalid("Choose an event type", field="event_type_id")
    if plan.time_format is None:
        raise Invalid("Say how the times are written", field="time_format")


def row_draft(one: Import, row: Row, now: int) -> EventDraft:
    """A draft of a row, by the plan of its import. Raises Invalid that says why there is none. `now`: milliseconds."""
    plan = one.plan
    if plan is None:
        raise Invalid("Nobody has said what the columns are")
    body: dict[str, Any] = {}
    further: dict[str, Any] = {}
    moment: int | None = None
    for place, (field, value) in enumerate(zip(plan.fields, row.cells, strict=False)):
        if field == "created_at":
            moment = read_time(value, plan.time_format, plan.time_zone)
        elif field and value is not None and value != "":
            if field == FURTHER:
                further[one.columns[place]] = value
            elif field == FURTHER_FIELDS:
                further = _object(value, one.columns[place]) | further
            elif field == FULL_NAME:
                body["first_name"] = _first_word(value)
            else:
                body[field] = value
    if moment is None:
        raise Invalid("The row has no time", field="created_at")
    if moment > now:
        raise Invalid("The time lies in the future", field="created_at")
    if further:
        body[_FURTHER_MEMBER] = further
    if not body.get("event_type_tag"):
        body["event_type_id"] = plan.event_type_id
    return msgspec.structs.replace(event_draft({"event": body}, now), created_at=moment)


def _first_word(value: Any) -> Any:
    return next(iter(value.split()), "") if isinstance(value, str) else value


def _object(value: Any, name: str) -> dict[str, Any]:
    """The custom fields of a cell: an object, as it is or as text; or a list of keys and values."""
    if isinstance(value, str):
        try:
            value = json_object(value.encode())
        except Invalid:
            raise Invalid(f"{name} is not a JSON object") from None
    if isinstance(value, list) and all(isinstance(item, dict) and "key" in item for item in value):
        return {str(item["key"]): item.get("value") for item in value}
    if not isinstance(value, dict):
        raise Invalid(f"{name} is not an object of further fields")
    return value
