"""Many events removed at once, by their age or by whose they are, a batch at a time, with their counts kept right."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, bindparam, delete, func, select

from tidings.storage.event_counts import Change, count
from tidings.storage.tables import applications, events

# Events that one call removes, and of how many applications: a few milliseconds of the writer's time.
REMOVED_AT_ONCE = 200
APPLICATIONS_AT_ONCE = 20

_of_application = events.c.application_id == bindparam("application_id")


def _removing(which: Select[Any]) -> Any:
    some = which.limit(REMOVED_AT_ONCE).scalar_subquery()
    columns = (events.c.application_id, events.c.event_type_id, events.c.created_at, events.c.id, events.c.external_id)
    return delete(events).where(events.c.id.in_(some)).returning(*columns)


# By application, since the index of times begins with it: one short look at the oldest event of each.
_oldest = (
    select(func.min(events.c.created_at)).where(events.c.application_id == applications.c.id).correlate(applications)
).scalar_subquery()
_with_older = select(applications.c.id).where(_oldest < bindparam("before")).limit(APPLICATIONS_AT_ONCE)
_older = _removing(
    select(events.c.id).where(events.c.application_id.in_(_with_older), events.c.created_at < bindparam("before"))
)
_with_external_id = _removing(select(events.c.id).where(_of_application, events.c.external_id == bindparam("external_id")))
_with_email = _removing(select(events.c.id).where(_of_application, events.c.email_hash == bindparam("email_hash")))
_number_with_email = select(func.count()).where(_of_application, events.c.email_hash == bindparam("email_hash"))
_between = _removing(
    select(events.c.id).where(_of_application, events.c.id.between(bindparam("first_id"), bindparam("last_id")))
)


class Gone(Struct, frozen=True):
    """An event that was removed: what of it leads to more."""

    id: int
    external_id: str | None


def remove_older(connection: Connection, before: int) -> list[Gone]:
    """Removes events of any application from before a time (milliseconds), REMOVED_AT_ONCE at most."""
    return _remove(connection, _older, {"before": before})


def remove_with_external_id(connection: Connection, application_id: int, external_id: str) -> list[Gone]:
    """Removes the event of an application that carries an id of the client's; an empty list where there is none."""
    return _remove(connection, _with_external_id, {"application_id": application_id, "external_id": external_id})


def remove_with_email(connection: Connection, application_id: int, email_hash: bytes) -> list[Gone]:
    """Removes events of an application with this e-mail address, REMOVED_AT_ONCE at most."""
    return _remove(connection, _with_email, {"application_id": application_id, "email_hash": email_hash})


def remove_between(connection: Connection, application_id: int, first_id: int, last_id: int) -> list[Gone]:
    """Removes events of an application whose ids lie between these, both included, REMOVED_AT_ONCE at most."""
    return _remove(connection, _between, {"application_id": application_id, "first_id": first_id, "last_id": last_id})


def number_with_email(connection: Connection, application_id: int, email_hash: bytes) -> int:
    """How many events of an application have this e-mail address."""
    return connection.execute(_number_with_email, {"application_id": application_id, "email_hash": email_hash}).scalar_one()


def _remove(connection: Connection, statement: Any, values: dict[str, Any]) -> list[Gone]:
    gone = connection.execute(statement, values).all()
    count(connection, (Change(row.application_id, row.event_type_id, row.created_at, row.id, by=-1) for row in gone))
    return sorted((Gone(row.id, row.external_id) for row in gone), key=lambda one: one.id)
