"""An application in Fomo's words: the settings that a client may write, and what it is answered."""

from collections.abc import Mapping
from typing import Any

from tidings.domain.directory import Entry
from tidings.domain.event_types import in_list
from tidings.errors import Invalid
from tidings.records.application import ApplicationChanges
from tidings.records.event_type import EventTypeDeed
from tidings.surfaces.event_types import EVENT_TYPE, REQUIRED, event_type_changes, event_type_draft
from tidings.surfaces.fomo.event_type_shapes import event_type_json
from tidings.surfaces.fomo.shapes import iso_time
from tidings.surfaces.kinds import (
    IDENTIFIER,
    NOT_BLANK,
    TEXT,
    WEB_URL,
    Kind,
    Member,
    label,
    read_changes,
    unwrapped,
)
from tidings.surfaces.setting_kinds import BOOLEAN
from tidings.surfaces.settings import SETTINGS

# In one body; an application may have more.
MOST_EVENT_TYPES_SENT = 100


def _event_types(value: Any, name: str) -> tuple[EventTypeDeed, ...]:
    if not isinstance(value, list):
        raise Invalid(f"{label(name)} is a list of event types", field=name)
    if len(value) > MOST_EVENT_TYPES_SENT:
        raise Invalid(f"There are more than {MOST_EVENT_TYPES_SENT} event types", field=name, code="too_many")
    deeds = []
    for number, item in enumerate(value):
        try:
            deeds.append(_deed(item))
        except Invalid as error:
            raise in_list(error, name, number) from None
    return tuple(deeds)


def _deed(item: Any) -> EventTypeDeed:
    if not isinstance(item, dict):
        raise Invalid("An event type is an object")
    sent = {name: value for name in ("id", "_destroy") if (value := item.get(name)) not in (None, "")}
    event_type_id = IDENTIFIER.parse(sent["id"], "id") if "id" in sent else None
    if "_destroy" in sent and BOOLEAN.parse(sent["_destroy"], "_destroy"):
        return EventTypeDeed(id=event_type_id)
    if event_type_id is None:
        return EventTypeDeed(draft=event_type_draft(item))
    return EventTypeDeed(id=event_type_id, changes=event_type_changes(item))


EVENT_TYPES = Kind(
    _event_types,
    {
        "title": f"list, at most {MOST_EVENT_TYPES_SENT}",
        "anyOf": [
            {
                "type": "array",
                "maxItems": MOST_EVENT_TYPES_SENT,
                "items": {
                    "type": "object",
                    "properties": {
                        "id": IDENTIFIER.schema,
                        "_destroy": BOOLEAN.schema,
                        **{member.name: member.kind.schema for member in EVENT_TYPE},
                    },
                    "anyOf": [
                        {"required": ["_destroy"], "properties": {"_destroy": {"enum": [True, 1, "1", "true"]}}},
                        {"required": ["id"], "properties": dict.fromkeys(("id", *REQUIRED), NOT_BLANK)},
                        {"required": list(REQUIRED), "properties": dict.fromkeys(REQUIRED, NOT_BLANK)},
                    ],
                },
            },
            {"enum": ["", None]},
        ],
    },
)

APPLICATION = (
    Member("name", TEXT, "What the site is called.", "Shop"),
    Member("url", WEB_URL, "The site: an absolute http or https URL.", "https://shop.example"),
    *SETTINGS,
    Member(
        "event_types_attributes",
        EVENT_TYPES,
        "With id: changed; without: made; `_destroy` 1 or true: deleted, unless it has events. All of it or nothing.",
        [{"id": 1, "name": "New order", "message": "{{ first_name }} bought {{ title }}", "_destroy": 0}],
        to="event_types",
    ),
)


def application_changes(body: Mapping[str, Any]) -> ApplicationChanges:
    """What the body of an update asks for; blank members go back to their defaults. Raises Invalid that names the member."""
    found = read_changes(unwrapped(body, "application"), APPLICATION)
    changes: dict[str, Any] = {"event_types": found.pop("event_types", None) or ()}
    if "name" in found:
        changes["name"] = found.pop("name") or ""
    if "url" in found:
        changes["url"] = found.pop("url")
        if changes["url"] is None:
            raise Invalid("Url is required", field="url", code="required")
    return ApplicationChanges(**changes, display=found)


def application_json(entry: Entry, totals: Mapping[str, int]) -> dict[str, Any]:
    """An application, flat, as Fomo answers it; never with its token. `totals`: its statistics of all time."""
    application, display = entry.application, entry.application.display
    shown: dict[str, Any] = {member.name: getattr(display, member.name) for member in SETTINGS}
    return {
        "id": application.id,
        "name": application.name,
        "url": application.url,
        **shown,
        "maximum_per_page": str(display.maximum_per_page),
        "client_id": application.client_id,
        "client_secret": application.client_secret,
        "created_at": iso_time(application.created_at),
        "updated_at": iso_time(application.updated_at),
        "event_types_attributes": [{**event_type_json(one), "_destroy": 0} for one in entry.event_types.values()],
        "stat_application": dict(totals),
    }
