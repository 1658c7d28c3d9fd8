"""Fomo's words for our records: `<record>_draft(body)` in, `<record>_json(record)` out."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tidings.domain.directory import Entry
from tidings.errors import Invalid
from tidings.records.event import Event, EventDraft
from tidings.render.labels import locale_of
from tidings.render.message import html, message_parts
from tidings.render.template import compile_template
from tidings.render.values import event_image, event_link, template_values
from tidings.surfaces.fomo.kinds import (
    COUNTRY,
    CUSTOM_FIELDS,
    IDENTIFIER,
    MOMENT,
    TEXT,
    WEB_URL,
    Member,
    read,
    unwrapped,
)

# How far ahead of this server's clock an event may be, in milliseconds.
FUTURE_LIMIT = 5 * 60 * 1_000


# What a client may write of an event.
EVENT = (
    Member("event_type_id", IDENTIFIER, "The event type, by its id; wins over the tag.", 1),
    Member("event_type_tag", TEXT, "The event type, by its tag.", "new_order"),
    Member("url", WEB_URL, "Where a click leads: an absolute http or https URL.", "https://shop.example/p/1"),
    Member("first_name", TEXT, "Who; shown as the application's name_display says.", "John"),
    Member("city", TEXT, "Where.", "New York"),
    Member("province", TEXT, "Where.", "NY"),
    Member("country", COUNTRY, "ISO 3166-1 alpha-2; a full English name becomes its code.", "US"),
    Member("title", TEXT, "What, as it reads in the message.", "Corvette"),
    Member("image_url", WEB_URL, "A picture: an absolute http or https URL.", "https://shop.example/p/1.png"),
    Member("external_id", TEXT, "Your own id; creating it again gives the event that is there.", "order-1001"),
    Member("email_address", TEXT, "Kept as a keyed hash only, never given out.", "john@shop.example"),
    Member("ip_address", TEXT, "Not kept.", "203.0.113.9"),
    Member("created_at", MOMENT, "When, if not now: ISO 8601 or epoch seconds.", "2026-01-31T13:51:38Z"),
    Member(
        "custom_event_fields_attributes",
        CUSTOM_FIELDS,
        "Further names for the message: a list of keys and values, or a map.",
        [{"key": "model", "value": "Corvette"}],
        to="custom_fields",
    ),
)


def event_draft(body: Mapping[str, Any], now: int) -> EventDraft:
    """A draft from the body of a create. Raises Invalid that names the member. `now`: milliseconds."""
    found = read(unwrapped(body, "event"), EVENT)
    # Looked at so that it is never silently wrong; used for nothing and kept nowhere.
    found.pop("ip_address", None)
    if found.get("created_at", now) > now + FUTURE_LIMIT:
        raise Invalid("Created at lies in the future", field="created_at")
    return EventDraft(**found)


def event_json(event: Event, entry: Entry) -> dict[str, Any]:
    """An event, flat, with all members; `message` and `link` are made when it is read."""
    display = entry.application.display
    event_type = entry.event_types.get(event.event_type_id)
    link = event_link(event, display)
    message = ""
    if event_type is not None:
        names = template_values(event, event_type, display, locale_of(display.language), with_time=True)
        message = html(message_parts(compile_template(event_type.message), names), link)
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
    return event_id * 1_000 + number


def iso_time(milliseconds: int) -> str:
    """2018-11-01T13:51:38.018Z."""
    return f"{_iso_second(milliseconds // 1_000)}.{milliseconds % 1_000:03}Z"


@lru_cache(maxsize=1_024)
def _iso_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
