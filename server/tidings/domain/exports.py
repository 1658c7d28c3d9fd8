"""Everything of an application, to take along: one record after the other, in our own words.

Left out is what opens something or tells who somebody is: tokens, secrets, the hashes of e-mail addresses, who may log in.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from tidings.domain.applications import retrieve
from tidings.records.event import Event
from tidings.storage import exports as stored
from tidings.storage.event_types import event_types_of
from tidings.storage.goals import goals_of
from tidings.storage.imports import imports_of
from tidings.storage.webhooks import webhooks_of

FORMAT = "tidings_export"
VERSION = 1
# Imports that are told of: those that the dashboard lists.
IMPORTS = 50

Record = dict[str, Any]


def records(connection: Connection, application_id: int, now: int) -> Iterator[Record]:
    """Every record of an application, each with `record`: what it is. Raises NotFound at the first.

    Times are ISO 8601 in UTC, to the millisecond. `now`: milliseconds.
    """
    application = retrieve(connection, application_id)
    event_types = event_types_of(connection, application_id)
    yield {"record": FORMAT, "version": VERSION, "made_at": moment(now), "application_id": application_id}
    yield _record("application", application, leave_out=("client_secret",))
    for event_type in event_types:
        yield _record("event_type", event_type)
    for goal in goals_of(connection, application_id):
        yield _record("goal", goal)
    for webhook in webhooks_of(connection, application_id):
        yield _record("webhook", webhook, leave_out=("secret",))
    for one in imports_of(connection, application_id, IMPORTS):
        yield _record("import", one, leave_out=("digest", "plan", "columns", "made_by"))
    tags = {one.id: one.tag for one in event_types}
    for event in stored.all_events(connection, application_id):
        yield {"record": "event"} | event_record(event, tags.get(event.event_type_id, ""))
    for conversion in stored.all_conversions(connection, application_id):
        yield {"record": "conversion"} | _told(conversion)
    for name in stored.FIGURES:
        for row in stored.all_figures(connection, name, application_id):
            yield {"record": name} | row


def events(connection: Connection, application_id: int) -> Iterator[Record]:
    """Every event of an application, oldest first. Raises NotFound at the first."""
    retrieve(connection, application_id)
    tags = {one.id: one.tag for one in event_types_of(connection, application_id)}
    for event in stored.all_events(connection, application_id):
        yield event_record(event, tags.get(event.event_type_id, ""))


def event_record(event: Event, tag: str) -> Record:
    """An event as an import reads it back; `tag` of its event type."""
    return {
        "id": event.id,
        "created_at": moment(event.created_at),
        "event_type_tag": tag,
        "external_id": event.external_id,
        "first_name": event.first_name,
        "city": event.city,
        "province": event.province,
        "country": event.country,
        "title": event.title,
        "url": event.url,
        "image_url": event.image_url,
        "custom_fields": {field.key: field.value for field in event.custom_fields},
        "provenance": event.provenance,
        "updated_at": moment(event.updated_at),
    }


def moment(milliseconds: int) -> str:
    """A time as ISO 8601 in UTC, to the millisecond."""
    seconds, part = divmod(milliseconds, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{part:03}Z"


def _record(name: str, found: msgspec.Struct, leave_out: tuple[str, ...] = ()) -> Record:
    members = msgspec.to_builtins(found)
    return {"record": name} | _told({key: value for key, value in members.items() if key not in leave_out})


def _told(members: Record) -> Record:
    """Times as people and other programs read them."""
    return {
        key: moment(value) if key.endswith("_at") and isinstance(value, int) else value for key, value in members.items()
    }
