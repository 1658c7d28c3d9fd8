"""Fomo's words for our records: `<record>_draft(body)` in, `<record>_json(record)` out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tidings.domain.directory import Entry
from tidings.errors import Invalid
from tidings.records.event import Event, EventChanges, FieldChange
from tidings.render.labels import direction_of, locale_of
from tidings.render.message import html, message_parts
from tidings.render.values import event_image, event_link, template_values, wording
from tidings.surfaces.events import EVENT
from tidings.surfaces.field_kinds import FIELD_CHANGES, FieldItem
from tidings.surfaces.kinds import (
    Member,
    read_changes,
    unwrapped,
)

FIELDS = "custom_event_fields_attributes"
# What an update may write of it. Other members of a fetched event that comes back are ignored.
EVENT_CHANGES = (
    *(member for member in EVENT if member.name not in ("created_at", FIELDS)),
    Member(
        FIELDS,
        FIELD_CHANGES,
        "Matched by id where it is given (400 for one that is not of this event), else by key, and changed in place; others "
        "stay. `_destroy` 1 or true removes one; blank instead of a list removes all.",
        [{"id": 1_001, "key": "model", "value": "Clio"}],
        to="custom_fields",
    ),
)
# A custom field's id is its event's id times this, and its number.
FIELD_IDS = 1_000


def event_changes(body: Mapping[str, Any], event_id: int) -> EventChanges:
    """What the body of an update changes. Raises Invalid that names the member."""
    sent = unwrapped(body, "event")
    found = read_changes(sent, EVENT_CHANGES)
    if "email_address" in found and sent["email_address"] is None and "id" in sent:
        # A fetched event that comes back: its null is how we never tell an address, not a wish to forget it.
        del found["email_address"]
    if found.get("custom_fields") is not None:
        found["custom_fields"] = tuple(_field_change(item, event_id) for item in found["custom_fields"])
    return EventChanges(**found)


def _field_change(item: FieldItem, event_id: int) -> FieldChange:
    number = None if item.id is None else item.id - event_id * FIELD_IDS
    if number is not None and not 0 < number < FIELD_IDS:
        raise Invalid("A custom event field's id is not one of this event", field=FIELDS, code="unknown_custom_field")
    return FieldChange(number, item.key, item.value, item.destroy)


def event_json(event: Event, entry: Entry) -> dict[str, Any]:
    """An event, flat, with all members; `message` and `link` are made when it is read."""
    display = entry.application.display
    event_type = entry.event_types.get(event.event_type_id)
    link = event_link(event, display)
    message = ""
    if event_type is not None:
        locale = locale_of(display.language)
        names = template_values(event, event_type, display, locale, with_time=True)
        message = html(message_parts(wording(event_type), names, direction_of(locale)), link)
    return {
        "id": event.id,
        "application_id": event.application_id,
        "event_type_id": event.event_type_id,
        "event_type_tag": event_type.tag if event_type else None,
        "external_id": event.external_id,
        "url": event.url,
        "first_name": event.first_name,
        "email_address": None,
        "city": event.city,
        "province": event.province,
        "country": event.country,
        "title": event.title,
        "image_url": event_image(event, event_type, display) if event_type else event.image_url,
        "created_at": iso_time(event.created_at),
        "created_at_to_seconds_from_epoch": event.created_at // 1_000,
        "updated_at": iso_time(event.updated_at),
        "message": message,
        "link": link,
        "custom_event_fields_attributes": [
            {"id": field_id(event.id, field.number), "key": field.key, "value": field.value} for field in event.custom_fields
        ],
    }


def field_id(event_id: int, number: int) -> int:
    """A custom field's id for clients: unique over all events, and it says which event it is of."""
    return event_id * FIELD_IDS + number


def iso_time(milliseconds: int) -> str:
    """2018-11-01T13:51:38.018Z."""
    return f"{_iso_second(milliseconds // 1_000)}.{milliseconds % 1_000:03}Z"


@lru_cache(maxsize=1_024)
def _iso_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
