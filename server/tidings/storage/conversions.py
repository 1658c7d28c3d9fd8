"""Conversions that have an external id, one by one, in SQL."""

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from tidings.records.conversion import Conversion
from tidings.storage.goal_tables import conversions

_of_application = conversions.c.application_id == bindparam("of_application")
_of_goal = conversions.c.goal_id == bindparam("of_goal")
_of_external_id = conversions.c.external_id == bindparam("of_external_id")
_one = (_of_application, _of_goal, _of_external_id)
_find = select(conversions).where(*_one)
_insert = insert(conversions)
_changing = ("cents", "hour", "event_type_id", "event_id", "attribution", "arm", "first", "by_page")
_update = update(conversions).where(*_one).values({name: bindparam(f"new_{name}") for name in _changing})
_delete = delete(conversions).where(*_one)
_delete_of_goal = delete(conversions).where(_of_application, _of_goal)
_delete_by_name = delete(conversions).where(_of_application, _of_external_id)


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


def delete_conversion(connection: Connection, conversion: Conversion) -> None:
    """Removes a conversion, not what was counted of it."""
    connection.execute(_delete, _named(conversion.application_id, conversion.goal_id, conversion.external_id or ""))


def delete_conversions_of(connection: Connection, application_id: int, goal_id: str) -> None:
    """Removes those of a goal, not what was counted of them."""
    connection.execute(_delete_of_goal, {"of_application": application_id, "of_goal": goal_id})


def delete_conversions_called(connection: Connection, application_id: int, external_id: str) -> int:
    """Removes those with this external id, of whichever goal, not what was counted of them; how many there were."""
    named = {"of_application": application_id, "of_external_id": external_id}
    return connection.execute(_delete_by_name, named).rowcount


def _named(application_id: int, goal_id: str, external_id: str) -> dict[str, object]:
    return {"of_application": application_id, "of_goal": goal_id, "of_external_id": external_id}


def _conversion(row: Row[tuple[object, ...]]) -> Conversion:
    return Conversion(**row._mapping)
