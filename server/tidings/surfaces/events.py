"""The members of an event that may be written, and a draft of them; for every door that takes them."""

from collections.abc import Mapping
from typing import Any

from tidings.errors import Invalid
from tidings.records.event import EventDraft
from tidings.surfaces.field_kinds import CUSTOM_FIELDS
from tidings.surfaces.kinds import COUNTRY, IDENTIFIER, MOMENT, TEXT, WEB_URL, Member, read, unwrapped

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
    Member(
        "ip_address",
        TEXT,
        "Not kept: where GEOIP_DATABASE is set, it fills in city and country when both are absent.",
        "203.0.113.9",
    ),
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
    if found.get("created_at", now) > now + FUTURE_LIMIT:
        raise Invalid("Created at lies in the future", field="created_at", code="out_of_range")
    return EventDraft(**found)
