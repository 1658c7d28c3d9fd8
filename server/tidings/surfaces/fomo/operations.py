"""What each route of `routes.TABLE` does, in words: the table behind the OpenAPI document and the page at /docs."""

from tidings.surfaces.event_types import EVENT_TYPE, REQUIRED
from tidings.surfaces.events import EVENT
from tidings.surfaces.fomo import (
    answers,
    application_shapes,
    event_parameters,
    event_types,
    shapes,
    statistics,
)
from tidings.surfaces.fomo.answers import array_of, ref
from tidings.surfaces.fomo.goal_operations import OPERATIONS as GOAL_OPERATIONS
from tidings.surfaces.fomo.operation import Body, Operation
from tidings.surfaces.fomo.webhook_operations import OPERATIONS as WEBHOOK_OPERATIONS
from tidings.surfaces.fomo.webhook_operations import SECTION as WEBHOOK_SECTION

SECTIONS = {
    "Events": "Something that really happened on your site: an order, a sign-up, a review.",
    "Event types": "The name of what happens, and how a notification says it.",
    "Application": "Your site: how its notifications look, and when they show.",
    "Statistics": "What was seen and clicked. Figures are kept by the hour, after 90 days by the day, in the application's "
    "time zone.",
    "Webhooks": WEBHOOK_SECTION,
}

_NEW_EVENT = Body(
    "NewEvent",
    EVENT,
    "event",
    one_of=("event_type_id", "event_type_tag"),
    example={
        "event_type_tag": "new_order",
        "external_id": "order-1001",
        "first_name": "John",
        "city": "New York",
        "country": "US",
        "title": "Corvette",
        "url": "https://shop.example/p/1",
        "custom_event_fields_attributes": [{"key": "model", "value": "Stingray"}],
    },
)
_EVENT_CHANGES = Body("EventChanges", shapes.EVENT_CHANGES, "event", example={"first_name": "Jane", "city": "Lyon"})
_NEW_EVENT_TYPE = Body(
    "NewEventType",
    EVENT_TYPE,
    "event_type",
    required=REQUIRED,
    never_blank=REQUIRED,
    example={
        "name": "New review",
        "message": '{{ first_name | default: "Someone" }} from {{ city }} reviewed {{ linked_title }} {{ time_ago }}',
        "event_type_tag": "new_review",
    },
)
_EVENT_TYPE_CHANGES = Body(
    "EventTypeChanges",
    EVENT_TYPE,
    "event_type",
    never_blank=REQUIRED,
    example={"message": "{{ first_name }} just bought {{ title }}"},
)
_SETTINGS = Body(
    "Settings",
    application_shapes.APPLICATION,
    "application",
    never_blank=("url",),
    example={"display_for": 8, "position": "bottom_right", "theme": "theme1"},
)
_EVENT_TYPE = {"An event type": answers.EVENT_TYPE_EXAMPLE}
_APPLICATION = {"An application": answers.APPLICATION_EXAMPLE}
_EVENT = {"An event": answers.EVENT_EXAMPLE}
_EVENT_PAGE_EXAMPLE = {"events": [answers.EVENT_EXAMPLE], "meta": answers.META_EXAMPLE}


def _update_event(name: str, title: str, same_as: str = "") -> Operation:
    return Operation(
        name,
        "Events",
        title,
        "Changes the members that are sent; `null` or an empty text clears one. A whole event that was fetched may be sent "
        "back: its read-only members are left aside.",
        ref("Event"),
        _EVENT,
        body=_EVENT_CHANGES,
        refusals=(409,),
        same_as=same_as,
    )


def _update_event_type(name: str, title: str, same_as: str = "") -> Operation:
    return Operation(
        name,
        "Event types",
        title,
        "Changes the members that are sent. What old events say changes with the message.",
        ref("EventType"),
        _EVENT_TYPE,
        body=_EVENT_TYPE_CHANGES,
        refusals=(409,),
        same_as=same_as,
    )


def _update_application(name: str, title: str, same_as: str = "") -> Operation:
    return Operation(
        name,
        "Application",
        title,
        "Changes the members that are sent: all of them, or on a refusal none. `null` or an empty text brings a default "
        "back. The widget knows at once, a browser that has it within 60 seconds. Also at `/applications/me/{id}`.",
        ref("Application"),
        _APPLICATION,
        body=_SETTINGS,
        refusals=(409,),
        same_as=same_as,
    )


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/events"): Operation(
        "listEvents",
        "Events",
        "List events",
        "Newest first unless told otherwise. A bare array; with `show_meta=true` an object that says where the page stands. "
        "A page past the end is an empty list. For long lists follow the `Link` header, or send `after`.",
        {"oneOf": [array_of(ref("Event")), ref("EventPage")]},
        {"A list": [answers.EVENT_EXAMPLE], "With show_meta=true": _EVENT_PAGE_EXAMPLE},
        query=event_parameters.LIST,
    ),
    ("POST", "/events"): Operation(
        "createEvent",
        "Events",
        "Create an event",
        "One of `event_type_id` and `event_type_tag` is required. Creating again with an `external_id` that is known "
        "answers with the event that exists, unchanged, and the header `Idempotent-Replayed: true`. "
        "The answer comes when the event is on disk.",
        ref("Event"),
        _EVENT,
        body=_NEW_EVENT,
    ),
    ("GET", "/events/find"): Operation(
        "findEvent",
        "Events",
        "Find an event",
        "The newest event with this external id or e-mail address.",
        ref("Event"),
        _EVENT,
        query=event_parameters.FIND,
    ),
    ("GET", "/events/{id}"): Operation(
        "retrieveEvent", "Events", "Retrieve an event", "One event by its id.", ref("Event"), _EVENT
    ),
    ("GET", "/event/{id}"): Operation(
        "retrieveEventSingular",
        "Events",
        "Retrieve an event (singular)",
        "The same under Fomo's other spelling.",
        ref("Event"),
        _EVENT,
        same_as="retrieveEvent",
    ),
    ("PATCH", "/events/{id}"): _update_event("updateEvent", "Update an event"),
    ("PUT", "/events/{id}"): _update_event("updateEventByPut", "Update an event by PUT", "updateEvent"),
    ("POST", "/events/{id}"): _update_event("updateEventByPost", "Update an event by POST", "updateEvent"),
    ("DELETE", "/events/{id}"): Operation(
        "deleteEvent",
        "Events",
        "Delete an event",
        "It leaves the list at once, and what visitors see within 40 seconds.",
        ref("Deleted"),
        {"Deleted": {"message": "Event successfully deleted"}},
    ),
    ("GET", "/event_types"): Operation(
        "listEventTypes",
        "Event types",
        "List event types",
        "All of them, oldest first.",
        array_of(ref("EventType")),
        {"A list": [answers.EVENT_TYPE_EXAMPLE]},
    ),
    ("POST", "/event_types"): Operation(
        "createEventType",
        "Event types",
        "Create an event type",
        "A message that can not be read is refused with the line, the column and the reason.",
        ref("EventType"),
        _EVENT_TYPE,
        body=_NEW_EVENT_TYPE,
        refusals=(409,),
    ),
    ("GET", "/event_types/{id}"): Operation(
        "retrieveEventType",
        "Event types",
        "Retrieve an event type",
        "One event type by its id.",
        ref("EventType"),
        _EVENT_TYPE,
    ),
    ("PATCH", "/event_types/{id}"): _update_event_type("updateEventType", "Update an event type"),
    ("PUT", "/event_types/{id}"): _update_event_type(
        "updateEventTypeByPut", "Update an event type by PUT", "updateEventType"
    ),
    ("DELETE", "/event_types/{id}"): Operation(
        "deleteEventType",
        "Event types",
        "Delete an event type",
        "One that has events stays (409), unless they are to go with it.",
        ref("Deleted"),
        {"Deleted": {"message": "Event type successfully deleted"}},
        query=event_types.DELETE_OPTIONS,
        refusals=(409,),
    ),
    ("GET", ""): Operation(
        "retrieveApplication",
        "Application",
        "Retrieve the application",
        "Its settings, its event types, and its figures of all time. The token is never answered.",
        ref("Application"),
        _APPLICATION,
    ),
    ("PATCH", ""): _update_application("updateApplication", "Update the application"),
    ("PUT", ""): _update_application("updateApplicationByPut", "Update the application by PUT", "updateApplication"),
    ("GET", "/get_statistics"): Operation(
        "getStatistics",
        "Statistics",
        "Figures of a span",
        "An hour counts where it begins, a day after 90 days: `from` is included, `to` is not. Spans that follow on each "
        "other count everything once. Both may also be sent as a JSON object; the query wins.",
        ref("Statistics"),
        {"A day": answers.STATISTICS["examples"][0]},
        query=statistics.SPAN,
        body=Body("Span", statistics.SPAN_MEMBERS, optional=True),
    ),
    ("GET", "/dashboard"): Operation(
        "dashboard",
        "Statistics",
        "Figures by the day",
        "One row for each day of the application's time zone, days without figures included, at most "
        f"{statistics.MOST_DAYS} days.",
        ref("Dashboard"),
        {"A day": answers.DASHBOARD["examples"][0]},
        query=statistics.DATE_RANGE,
    ),
    **GOAL_OPERATIONS,
    **WEBHOOK_OPERATIONS,
}
