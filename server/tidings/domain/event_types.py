"""Event types: making, changing and deleting them, one at a time or as a list of deeds."""

import re
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET
from sqlalchemy import Connection

from tidings.domain.directory import tag_key
from tidings.errors import Conflict, Invalid, NotFound, TidingsError
from tidings.records.event_type import EventType, EventTypeChanges, EventTypeDeed, EventTypeDraft
from tidings.render.template import compile_template
from tidings.storage import event_types as stored

# In one application: all of them are kept in memory for as long as it is asked for.
MOST_EVENT_TYPES = 1_000
# Of a tag that is made of a name: with a number behind it, it is still no longer than any text may be.
TAG_LIMIT = 250

_BETWEEN_WORDS = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])|[\W_]+")


def tag_of(name: str) -> str:
    """The snake_case of a name: "New order" and "NewOrder" are new_order."""
    return _BETWEEN_WORDS.sub("_", name).strip("_").lower()[:TAG_LIMIT] or "event_type"


def create(connection: Connection, *, application_id: int, draft: EventTypeDraft, now: int) -> EventType:
    """Stores a new event type. `now`: milliseconds.

    Raises Invalid for a message that is not of the language; Conflict when its name, or a tag that was set, is taken.
    """
    compile_template(draft.message, draft.markdown_enabled)
    tags = stored.tags_of(connection, application_id)
    if len(tags) >= MOST_EVENT_TYPES:
        raise Conflict(f"There are {MOST_EVENT_TYPES} event types already", code="too_many")
    _check_name(connection, application_id, draft.name, None)
    tag = _free_tag(draft.name, draft.tag, tags.values())
    return stored.insert_event_type(connection, application_id, msgspec.structs.replace(draft, tag=tag), now)


def update(
    connection: Connection, *, application_id: int, event_type_id: int, changes: EventTypeChanges, now: int
) -> EventType:
    """Changes an event type, and with it what its events say. A tag stays when the name changes: clients send it.

    Raises NotFound, and as `create`.
    """
    before = _known(connection, application_id, event_type_id)
    named = {name: getattr(changes, name) for name in changes.__struct_fields__}
    values = {name: value for name, value in named.items() if value is not UNSET}
    after = msgspec.structs.replace(before, **values)
    if "tag" in values:
        tags = stored.tags_of(connection, application_id)
        tags.pop(event_type_id)
        after = msgspec.structs.replace(after, tag=_free_tag(after.name, values["tag"], tags.values()))
    if after == before:
        return before
    compile_template(after.message, after.markdown_enabled)
    _check_name(connection, application_id, after.name, event_type_id)
    after = msgspec.structs.replace(after, updated_at=now)
    stored.update_event_type(connection, after)
    return after


def delete(connection: Connection, *, application_id: int, event_type_id: int, with_events: bool) -> None:
    """Removes an event type. Raises NotFound; Conflict when it has events and they are not to go with it."""
    _known(connection, application_id, event_type_id)
    if not with_events and stored.has_events(connection, event_type_id):
        raise Conflict("Event type has events; with_events=true deletes them too", code="has_events")
    stored.delete_event_type(connection, application_id, event_type_id)


def perform(connection: Connection, *, application_id: int, deeds: Sequence[EventTypeDeed], field: str, now: int) -> None:
    """Does all that a list says, in order. What is refused is named by its place in `field`: "event_types[0].message".

    Raises as `create`, `update` and `delete`; for an unknown id Invalid.
    """
    for number, deed in enumerate(deeds):
        try:
            _perform(connection, application_id, deed, now)
        except TidingsError as error:
            raise in_list(error, field, number) from None


def in_list(error: TidingsError, field: str, number: int) -> TidingsError:
    """The same refusal, of a member of a list."""
    place = f"{field}[{number}]"
    if isinstance(error, NotFound):
        return Invalid(f"{place}: {error.message}", field=f"{place}.id", code="unknown_event_type")
    kind = type(error)
    where = f"{place}.{error.field}" if error.field else place
    return kind(f"{place}: {error.message}", field=where, code=error.code)


def _perform(connection: Connection, application_id: int, deed: EventTypeDeed, now: int) -> None:
    if deed.draft is not None:
        create(connection, application_id=application_id, draft=deed.draft, now=now)
    elif deed.id is not None and deed.changes is not None:
        update(connection, application_id=application_id, event_type_id=deed.id, changes=deed.changes, now=now)
    elif deed.id is not None:
        delete(connection, application_id=application_id, event_type_id=deed.id, with_events=False)


def _known(connection: Connection, application_id: int, event_type_id: int) -> EventType:
    found = stored.event_type_by_id(connection, application_id, event_type_id)
    if found is None:
        raise NotFound("Event type not found", code="event_type_not_found")
    return found


def _check_name(connection: Connection, application_id: int, name: str, own_id: int | None) -> None:
    if stored.id_of_name(connection, application_id, name) not in (None, own_id):
        raise Conflict("Name is taken by another event type", field="name", code="taken")


def _free_tag(name: str, chosen: str | None, taken: Iterable[str]) -> str:
    """The tag that was chosen, or else one made of the name, with a number where another event type has it."""
    keys = {tag_key(tag) for tag in taken}
    if chosen is not None:
        if tag_key(chosen) in keys:
            raise Conflict("Event type tag is taken by another event type", field="event_type_tag", code="taken")
        return chosen
    tag = tag_of(name)
    numbered = (f"{tag}_{number}" for number in range(2, MOST_EVENT_TYPES + 2))
    return tag if tag_key(tag) not in keys else next(one for one in numbered if tag_key(one) not in keys)
