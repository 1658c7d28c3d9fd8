"""An application in Fomo's words: the settings that a client may write, and what it is answered."""

from collections.abc import Mapping
from typing import Any

from tidings.domain.directory import Entry
from tidings.domain.event_types import in_list
from tidings.errors import Invalid
from tidings.records.application import ApplicationChanges
from tidings.records.event_type import EventTypeDeed
from tidings.records.goal import CURRENCIES, NO_VALUE
from tidings.surfaces.fomo.event_type_shapes import (
    EVENT_TYPE,
    PAGE_RULES_ABOUT,
    REQUIRED,
    event_type_changes,
    event_type_draft,
    event_type_json,
)
from tidings.surfaces.fomo.kinds import (
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
from tidings.surfaces.fomo.setting_kinds import BOOLEAN, CSS, LANGUAGE, PAGE_RULES, THEME, TIME_ZONE, choice, whole
from tidings.surfaces.fomo.shapes import iso_time

# What sums can be told in.
MONEY = tuple(currency for currency in CURRENCIES if currency != NO_VALUE)
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

_PERIOD = "1 for seconds, 2 for minutes, 3 for hours, 4 for days."
SETTINGS = (
    Member("enabled", BOOLEAN, "Off: the widget says why in the console and shows nothing.", True),
    Member("language", LANGUAGE, "BCP 47: of the time ago, of countries, of the widget's labels.", "en"),
    Member("page_load", whole(0, 3_600), "Seconds before the first notification.", 1),
    Member("display_for", whole(1, 600), "Seconds that a notification stays.", 7),
    Member("display_interval", whole(0, 3_600), "Seconds between two notifications.", 4),
    Member("maximum_per_page", whole(1, 1_000), "Most notifications in one page view; answered as a string.", "30"),
    Member("limit", whole(1, 100), "Most events in the feed.", 30),
    Member("randomize", BOOLEAN, "In any order, not newest first.", False),
    Member("closable", BOOLEAN, "With a button to close it.", True),
    Member("hide_mobile", BOOLEAN, "Not on small screens.", False),
    Member("loop_notification", BOOLEAN, "From the start again after the last.", False),
    Member("display_threshold", whole(0, 10_000), "Older events are not shown; 0: no limit.", 30),
    Member("display_period", whole(1, 4), _PERIOD, 4),
    Member("time_ago_threshold", whole(0, 10_000), "Older events show no time ago; 0: no limit.", 7),
    Member("time_ago_period", whole(1, 4), _PERIOD, 4),
    Member("position", choice("bottom_left", "bottom_right", "top_left", "top_right"), "Which corner.", "bottom_left"),
    Member("theme", THEME, "How notifications look.", "theme1"),
    Member("custom_css", CSS, "For the theme custom, and on top of any.", ".card { border-radius: 0 }"),
    Member("utm_source", TEXT, "Set in the links of events.", "fomo"),
    Member("utm_medium", TEXT, "Set in the links of events.", "notification"),
    Member("manual_trigger", BOOLEAN, "Nothing is shown until the page asks for it.", False),
    Member("feed_mode", BOOLEAN, "A list in #fomo_feed in place of notifications.", False),
    Member("name_display", choice("full", "first_word", "initial", "hidden"), "What the public sees of names.", "full"),
    Member("page_rules", PAGE_RULES, PAGE_RULES_ABOUT, [{"match": "exclude", "path": "/checkout/*"}]),
    Member("storage", choice("local", "session", "none"), "Where a browser remembers what was shown.", "local"),
    Member("consent_required", BOOLEAN, "Nothing is shown, kept or sent before the page says fomo.consent(true).", False),
    Member("image_url", WEB_URL, "The picture where neither event nor event type has one.", None),
    Member("currency", choice(*MONEY), "What sums of conversions are told in; those in others are counted.", "dollar"),
    Member("holdout_percent", whole(0, 100), "Of how many visitors of a hundred notifications are held.", 10),
    Member("attribution_click_days", whole(0, 30), "So long a conversion is put down to the last one clicked.", 7),
    Member("attribution_display_days", whole(0, 30), "So long a conversion is put down to the last one shown.", 1),
    Member("time_zone", TIME_ZONE, "IANA name: whose days the figures by the day are.", "Europe/Berlin"),
    Member("installed", BOOLEAN, "Kept as it is sent.", False),
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
