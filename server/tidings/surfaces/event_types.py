"""The members of an event type that may be written, and a draft or changes of them; for every door that takes them."""

from collections.abc import Mapping
from typing import Any

from tidings.errors import Invalid
from tidings.records.event_type import EventTypeChanges, EventTypeDraft
from tidings.surfaces.kinds import WEB_URL, Member, label, read, read_changes
from tidings.surfaces.page_rules import PAGE_RULES_ABOUT
from tidings.surfaces.setting_kinds import BOOLEAN, MESSAGE, PAGE_RULES, VISIBLE

EVENT_TYPE = (
    Member("name", VISIBLE, "What it is called; unique within the application.", "New order"),
    Member("message", MESSAGE, "What is said of an event: the message language.", "{{ first_name }} bought {{ title }}"),
    Member("event_type_tag", VISIBLE, "Another way to name it; made of the name if absent.", "new_order", to="tag"),
    Member("markdown_enabled", BOOLEAN, "Whether the message's own text is Markdown.", False),
    Member("image_url", WEB_URL, "The picture of events that have none: an absolute http or https URL.", None),
    Member("use_avatar", BOOLEAN, "Kept as it is sent.", False),
    Member("use_ip_mapping", BOOLEAN, "Kept as it is sent.", False),
    Member("page_rules", PAGE_RULES, PAGE_RULES_ABOUT, [{"match": "include", "path": "/shop/*"}]),
)
REQUIRED = ("name", "message")
_SWITCHES = ("markdown_enabled", "use_avatar", "use_ip_mapping")


def event_type_draft(body: Mapping[str, Any]) -> EventTypeDraft:
    """A draft from the members of a create. Raises Invalid that names the member."""
    found = read(body, EVENT_TYPE)
    for name in REQUIRED:
        if name not in found:
            raise _missing(name)
    return EventTypeDraft(**{"tag": None, **found})


def event_type_changes(body: Mapping[str, Any]) -> EventTypeChanges:
    """What the members of an update ask for; blank ones clear. Raises Invalid that names the member."""
    found = read_changes(body, EVENT_TYPE)
    for name in REQUIRED:
        if name in found and found[name] is None:
            raise _missing(name)
    for name in _SWITCHES:
        if name in found:
            found[name] = bool(found[name])
    if "page_rules" in found:
        found["page_rules"] = found["page_rules"] or ()
    return EventTypeChanges(**found)


def _missing(name: str) -> Invalid:
    return Invalid(f"{label(name)} is required", field=name, code="required")
