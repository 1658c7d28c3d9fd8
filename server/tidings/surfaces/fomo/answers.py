"""What the API answers, as JSON schemas with examples: the other half of the OpenAPI document.

Tests hold these against what the server really says, member by member.
"""

from typing import Any

from tidings.records.application import DisplaySettings
from tidings.surfaces.kinds import Member
from tidings.surfaces.settings import SETTINGS

Schema = dict[str, Any]

INTEGER: Schema = {"type": "integer"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
BOOLEAN: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def ref(name: str) -> Schema:
    """A pointer to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def shape(**members: Schema) -> Schema:
    """An object with all of these members, always."""
    return {"type": "object", "required": list(members), "properties": members}


def answer(about: str, example: dict[str, Any], **members: Schema) -> Schema:
    """A `shape` that is described and shown."""
    return {"description": about, **shape(**members), "examples": [example]}


def _about(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about}


EVENT_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "application_id": 1,
    "event_type_id": 123,
    "event_type_tag": "new_order",
    "external_id": "adf23r",
    "url": "http://usefomo.com",
    "first_name": "John",
    "email_address": None,
    "city": "New York",
    "province": None,
    "country": "US",
    "title": "San Francisco Dealership",
    "image_url": "http://newevent.com/a.png",
    "created_at": "2018-11-01T13:51:38.018Z",
    "created_at_to_seconds_from_epoch": 1541080298,
    "updated_at": "2018-11-01T13:51:38.018Z",
    "message": "John from New York just got a new Corvette at our San Francisco Dealership",
    "link": "http://usefomo.com?utm_source=fomo&utm_medium=notification",
    "custom_event_fields_attributes": [{"id": 1001, "key": "model", "value": "Corvette"}],
}
EVENT = answer(
    "An event. All members are always there.",
    EVENT_EXAMPLE,
    id=INTEGER,
    application_id=INTEGER,
    event_type_id=INTEGER,
    event_type_tag=TEXT_OR_NULL,
    external_id=TEXT_OR_NULL,
    url=TEXT_OR_NULL,
    first_name=TEXT_OR_NULL,
    email_address=_about({"type": "null"}, "Never given out: only a keyed hash is kept."),
    city=TEXT_OR_NULL,
    province=TEXT_OR_NULL,
    country=_about(TEXT_OR_NULL, "ISO 3166-1 alpha-2, or text where no country was known by that name."),
    title=TEXT_OR_NULL,
    image_url=_about(TEXT_OR_NULL, "The event's own, else its event type's, else the application's."),
    created_at=TIME,
    created_at_to_seconds_from_epoch=INTEGER,
    updated_at=TIME,
    message=_about(TEXT, "HTML, made when it is read: text escaped; {{ time_ago }} is left for the browser."),
    link=_about(TEXT_OR_NULL, "The url with the application's utm parameters."),
    custom_event_fields_attributes=array_of(shape(id=INTEGER, key=TEXT, value=TEXT)),
)

META_EXAMPLE = {"per_page": 30, "page": 1, "total_count": 1, "total_pages": 1}
META = answer("Where a page stands.", META_EXAMPLE, per_page=INTEGER, page=INTEGER, total_count=COUNT, total_pages=COUNT)
EVENT_PAGE = answer(
    "A page of events and where it stands (show_meta=true).",
    {"events": [EVENT_EXAMPLE], "meta": META_EXAMPLE},
    events=array_of(ref("Event")),
    meta=ref("Meta"),
)

_PAGE_RULE = shape(match={"enum": ["include", "exclude"]}, path=TEXT)
EVENT_TYPE_EXAMPLE: dict[str, Any] = {
    "id": 123,
    "name": "New order",
    "message": "{{ first_name }} from {{ city }} just bought {{ linked_title }} {{ time_ago }}",
    "event_type_tag": "new_order",
    "markdown_enabled": False,
    "image_url": None,
    "use_avatar": False,
    "use_ip_mapping": False,
    "page_rules": [],
    "created_at": "2018-11-01T13:51:38.018Z",
    "updated_at": "2018-11-01T13:51:38.018Z",
}
_EVENT_TYPE: dict[str, Schema] = {
    "id": INTEGER,
    "name": TEXT,
    "message": TEXT,
    "event_type_tag": TEXT,
    "markdown_enabled": BOOLEAN,
    "image_url": TEXT_OR_NULL,
    "use_avatar": BOOLEAN,
    "use_ip_mapping": BOOLEAN,
    "page_rules": array_of(_PAGE_RULE),
    "created_at": TIME,
    "updated_at": TIME,
}
EVENT_TYPE = answer("An event type.", EVENT_TYPE_EXAMPLE, **_EVENT_TYPE)

# Of each setting: what its default is says what its answer is.
_DEFAULTS = DisplaySettings()
_SETTING_SCHEMAS: dict[type, Schema] = {bool: BOOLEAN, int: INTEGER, str: TEXT, type(None): TEXT_OR_NULL}


def _setting(member: Member) -> Schema:
    if member.name == "page_rules":
        return array_of(_PAGE_RULE)
    if member.name == "maximum_per_page":
        return {"type": "string", "pattern": "^[0-9]+$"}
    return _about(_SETTING_SCHEMAS[type(getattr(_DEFAULTS, member.name))], member.about)


_TOTALS_EXAMPLE = {"click_count": 84, "display_count": 1200, "conversions_count": 3, "conversions_sales_sum": 14997}
APPLICATION_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "name": "Shop",
    "url": "https://shop.example",
    **{member.name: getattr(_DEFAULTS, member.name) for member in SETTINGS},
    "maximum_per_page": "30",
    "client_id": "36K9pUyuj8sukckFW66iCg",
    "client_secret": "2i9dDaEGTGvbjUvNb1rRgCqQOhTXkvZwhuGzmO4W8fM",
    "created_at": "2018-11-01T13:51:38.018Z",
    "updated_at": "2018-11-01T13:51:38.018Z",
    "event_types_attributes": [{**EVENT_TYPE_EXAMPLE, "_destroy": 0}],
    "stat_application": _TOTALS_EXAMPLE,
}
APPLICATION = answer(
    "An application with its settings.",
    APPLICATION_EXAMPLE,
    id=INTEGER,
    name=TEXT,
    url=TEXT,
    **{member.name: _setting(member) for member in SETTINGS},
    client_id=TEXT,
    client_secret=TEXT,
    created_at=TIME,
    updated_at=TIME,
    event_types_attributes=array_of(shape(**_EVENT_TYPE, _destroy={"const": 0})),
    stat_application=shape(**dict.fromkeys(_TOTALS_EXAMPLE, INTEGER)),
)

DELETED = answer("What was done.", {"message": "Event successfully deleted"}, message=TEXT)

STATISTICS = answer(
    "The figures of a span.",
    {
        "stats": {
            "timeframe_from": 1541030400,
            "timeframe_to": 1541116800,
            "display": 1200,
            "click": 84,
            "hover": 310,
            "close": 12,
            "conversions_count": 3,
            "conversions_sales_sum": 14997,
        }
    },
    stats=shape(
        timeframe_from=_about(INTEGER, "Seconds since 1970, included."),
        timeframe_to=_about(INTEGER, "Seconds since 1970, not included."),
        display=COUNT,
        click=COUNT,
        hover=COUNT,
        close=COUNT,
        conversions_count=COUNT,
        conversions_sales_sum=_about(INTEGER, "In cents."),
    ),
)

_SUMS_EXAMPLE = {
    "impr_count": 1200,
    "click_count": 84,
    "hover_count": 310,
    "conversions_count": 3,
    "converted_sale_in_cents": 14997,
}
_SUMS: dict[str, Schema] = {**dict.fromkeys(_SUMS_EXAMPLE, COUNT), "converted_sale_in_cents": INTEGER}
_DATE: Schema = {"type": "string", "format": "date"}
DASHBOARD = answer(
    "A row for each day, and the totals that they add up to.",
    {
        "graph": [{"date": "2018-11-01", **_SUMS_EXAMPLE}],
        "totals": {**_SUMS_EXAMPLE, "goal_conversion_count": 3, "goal_converted_sale_in_dollars": 149.97},
        "date_range": {"from": "2018-11-01", "to": "2018-11-01"},
        "has_ga_conversions": False,
    },
    graph=array_of(shape(date=_DATE, **_SUMS)),
    totals=shape(**_SUMS, goal_conversion_count=COUNT, goal_converted_sale_in_dollars={"type": "number"}),
    date_range={"type": "object", "required": ["from", "to"], "properties": {"from": _DATE, "to": _DATE}},
    has_ga_conversions={"const": False},
)

ERROR = answer(
    "Why it was refused. `field` is there where one member is to blame.",
    {
        "error": {"message": "Url is not valid", "code": "invalid_url", "field": "url"},
        "message": "Url is not valid",
        "success": False,
    },
    error={
        "type": "object",
        "required": ["message", "code"],
        "properties": {
            "message": _about(TEXT, "One sentence for people."),
            "code": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$", "description": "A stable word for programs."},
            "field": TEXT,
        },
        "additionalProperties": False,
    },
    message=TEXT,
    success={"const": False},
)

SCHEMAS: dict[str, Schema] = {
    "Event": EVENT,
    "EventPage": EVENT_PAGE,
    "EventType": EVENT_TYPE,
    "Application": APPLICATION,
    "Meta": META,
    "Deleted": DELETED,
    "Statistics": STATISTICS,
    "Dashboard": DASHBOARD,
    "Error": ERROR,
}
