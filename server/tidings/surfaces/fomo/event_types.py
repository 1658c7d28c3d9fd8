"""Event types over REST: create, retrieve, list, update, delete."""

from functools import partial
from typing import Any

from tidings.domain import event_types
from tidings.errors import NotFound
from tidings.records.event_type import EventType
from tidings.surfaces.event_types import event_type_changes, event_type_draft
from tidings.surfaces.fomo.event_type_shapes import event_type_json
from tidings.surfaces.fomo.parameters import SWITCH, Parameter, read_query
from tidings.surfaces.fomo.paths import id_in_path
from tidings.surfaces.kinds import unwrapped
from tidings.surfaces.plumbing import Answer, Call, Write, ok

DELETE_OPTIONS = (Parameter("with_events", SWITCH, "Deletes its events too.", default=False, example=True),)


def create(call: Call) -> Write[EventType]:
    """POST …/event_types"""
    draft = event_type_draft(unwrapped(call.body, "event_type"))
    job = partial(event_types.create, application_id=call.entry.application.id, draft=draft, now=call.now)
    return Write(job, lambda event_type: ok(event_type_json(event_type)))


def retrieve(call: Call) -> Answer:
    """GET …/event_types/{id}"""
    found = call.entry.event_types.get(event_type_id(call))
    if found is None:
        raise _not_found()
    return ok(event_type_json(found))


def list_event_types(call: Call) -> Answer:
    """GET …/event_types: all of them, oldest first."""
    return ok([event_type_json(event_type) for event_type in call.entry.event_types.values()])


def update(call: Call) -> Write[EventType]:
    """PATCH …/event_types/{id}"""
    job = partial(
        event_types.update,
        application_id=call.entry.application.id,
        event_type_id=event_type_id(call),
        changes=event_type_changes(unwrapped(call.body, "event_type")),
        now=call.now,
    )
    return Write(job, lambda event_type: ok(event_type_json(event_type)))


def delete(call: Call) -> Write[Any]:
    """DELETE …/event_types/{id}?with_events="""
    job = partial(
        event_types.delete,
        application_id=call.entry.application.id,
        event_type_id=event_type_id(call),
        with_events=read_query(call.query, DELETE_OPTIONS)["with_events"],
    )
    return Write(job, lambda _nothing: ok({"message": "Event type successfully deleted"}))


def event_type_id(call: Call) -> int:
    """The id in the path. Raises NotFound for what is no id."""
    number = id_in_path(call)
    if number is None:
        raise _not_found()
    return number


def _not_found() -> NotFound:
    return NotFound("Event type not found", code="event_type_not_found")
