"""Events that came since others did, in SQL: by id, which is the order of commits, whatever their own time is."""

from functools import lru_cache

from msgspec import Struct
from sqlalchemy import Connection, text

from tidings.records.event import Event
from tidings.storage.event_search import Filter
from tidings.storage.events import EVENT_COLUMNS, event_of

# Ids that one question goes through, of all applications: 3 ms where a million are stored, so that no index is kept for it.
MOST_IDS = 5_000

_LAST = text("SELECT max(id) FROM events")
_COLUMNS = ", ".join(f"events.{column.name}" for column in EVENT_COLUMNS)
# No index but that of the ids: their stretch is what bounds the work.
_STRETCH = "FROM events NOT INDEXED WHERE id > :after AND id <= :last AND application_id = :application_id"


class Came(Struct, frozen=True):
    """How many of what is wanted came, and the newest of them by their own time."""

    number: int
    events: list[Event]


def last_id(connection: Connection) -> int:
    """The id of the event that was stored last; 0 where there is none. Those of later ones are greater."""
    return connection.execute(_LAST).scalar() or 0


def came(connection: Connection, application_id: int, wanted: Filter, *, after: int, last: int, limit: int) -> Came:
    """Of the events with ids from beyond `after` to `last`, at most MOST_IDS: those of an application that are wanted."""
    values = {"application_id": application_id, "after": after, "last": last}
    conditions = {"event_type_id": wanted.event_type_id, "provenance": wanted.provenance}
    given = {name: value for name, value in conditions.items() if value is not None}
    number = connection.execute(text(_text("count(*)", tuple(given))), values | given).scalar_one()
    if not number:
        return Came(0, [])
    newest = f"{_text(_COLUMNS, tuple(given))} ORDER BY created_at DESC, id DESC LIMIT :limit"
    rows = connection.execute(text(newest), values | given | {"limit": limit})
    return Came(number, [event_of(row) for row in rows])


@lru_cache(maxsize=16)
def _text(columns: str, conditions: tuple[str, ...]) -> str:
    return f"SELECT {columns} {_STRETCH}" + "".join(f" AND {name} = :{name}" for name in conditions)
