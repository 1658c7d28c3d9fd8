"""Conversions that have an external id, one by one, in SQL."""

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from tidings.records.conversion import Conversion
from tidings.storage.goal_tables import conversions
from tidings.storage.tables import applications

_of_application = conversions.c.application_id == bindparam("of_application")
_of_goal = conversions.c.goal_id == bindparam("of_goal")
_of_external_id = conversions.c.external_id == bindparam("of_external_id")
_one = (_of_application, _of_goal, _of_external_id)
_find = select(conversions).where(*_one)
_insert = insert(conversions)
_changing = ("cents", "hour", "event_type_id", "event_id", "attribution", "arm", "first", "by_page", "page_told", "refunded")
_update = update(conversions).where(*_one).values({name: bindparam(f"new_{name}") for name in _changing})
_delete_of_goal = delete(conversions).where(_of_application, _of_goal)
# Conversions that one call removes, and of how many applications: a few milliseconds of the writer's time.
REMOVED_AT_ONCE = 200
APPLICATIONS_AT_ONCE = 20
# By application, since the index of times begins with it: one short look at the oldest conversion of each.
_its_own = conversions.c.application_id == applications.c.id
_oldest = select(func.min(conversions.c.created_at)).where(_its_own).correlate(applications).scalar_subquery()
_with_older = select(applications.c.id).where(_oldest < bindparam("before")).limit(APPLICATIONS_AT_ONCE)
_find_older = (
    select(conversions.c.application_id, conversions.c.goal_id, conversions.c.external_id)
    .where(conversions.c.application_id.in_(_with_older), conversions.c.created_at < bindparam("before"))
    .limit(REMOVED_AT_ONCE)
)
_delete = delete(conversions).where(*_one)
# Nothing of the conversion stays but that there was one, and when it was told: by that it goes in the end.
_nothing = {"cents": None, "hour": 0, "occurred_at": 0, "event_type_id": 0, "event_id": 0, "attribution": 0, "arm": 0}
_rename = (
    update(conversions)
    .where(_of_application, _of_external_id)
    .values(external_id=bindparam("new_name"), first=False, dated=False, refunded=True, **_nothing)
)


def find_conversion(connection: Connection, application_id: int, goal_id: str, external_id: str) -> Conversion | None:
    """The conversion of a goal that the owner calls so."""
    row = connection.execute(_find, _named(application_id, goal_id, external_id)).one_or_none()
    return None if row is None else _conversion(row)


def insert_conversion(connection: Connection, conversion: Conversion) -> None:
    """Keeps a conversion; it has an external id."""
    connection.execute(_insert, msgspec.structs.asdict(conversion))


def update_conversion(connection: Connection, conversion: Conversion) -> None:
    """Stores what is known by now of a conversion that is there."""
    named = _named(conversion.application_id, conversion.goal_id, conversion.external_id or "")
    connection.execute(_update, named | {f"new_{name}": getattr(conversion, name) for name in _changing})


def delete_conversions_of(connection: Connection, application_id: int, goal_id: str) -> None:
    """Removes those of a goal, not what was counted of them."""
    connection.execute(_delete_of_goal, {"of_application": application_id, "of_goal": goal_id})


def forget_conversions_called(connection: Connection, application_id: int, external_id: str, new_name: str) -> int:
    """Leaves of those with this external id, of whichever goal, an empty row under `new_name`; how many there were.

    What was counted of them stays.
    """
    named = {"of_application": application_id, "of_external_id": external_id, "new_name": new_name}
    return connection.execute(_rename, named).rowcount


def remove_older_conversions(connection: Connection, before: int) -> int:
    """Removes those of any application that were first told before a time (milliseconds), REMOVED_AT_ONCE at most.

    Not what was counted of them. Returns how many there were.
    """
    old = connection.execute(_find_older, {"before": before}).all()
    if old:
        # One by one: given them all at once, SQLite goes through all of their applications' conversions.
        connection.execute(_delete, [_named(*row) for row in old])
    return len(old)


def _named(application_id: int, goal_id: str, external_id: str) -> dict[str, object]:
    return {"of_application": application_id, "of_goal": goal_id, "of_external_id": external_id}


def _conversion(row: Row[tuple[object, ...]]) -> Conversion:
    return Conversion(**row._mapping)
