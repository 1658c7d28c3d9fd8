"""Pages of events in SQL: newest or oldest first, from an offset or from an event on, each through an index."""

from typing import Any

from msgspec import Struct
from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, literal_column, select

from tidings.records.event import Event
from tidings.storage.event_counts import ALL_TYPES, LONGEST, Place, Scope, skip
from tidings.storage.events import EVENT_COLUMNS, event_of
from tidings.storage.tables import events


class _Statements(Struct, frozen=True):
    """One way to go through the events of a scope."""

    first: Select[Any]  # from the first one on, with a small offset
    beyond: Any  # the ids of those beyond (created_at, id), with a small offset


def _statements(by_type: bool, newest_first: bool) -> _Statements:
    # One column alone decides: an event type is of one application, and its index is the one that has the order.
    column = events.c.event_type_id if by_type else events.c.application_id
    of_scope = column == bindparam("scope")
    order = [events.c.created_at, events.c.id]
    at: BindParameter[int] = bindparam("at")
    event_id: BindParameter[int] = bindparam("event_id")
    same_time = events.c.created_at == at
    if newest_first:
        beyond_id, beyond_time = events.c.id < event_id, events.c.created_at < at
    else:
        beyond_id, beyond_time = events.c.id > event_id, events.c.created_at > at
    limit: BindParameter[int] = bindparam("limit")
    offset: BindParameter[int] = bindparam("offset")
    ordered = [one.desc() for one in order] if newest_first else order
    # Two searches, merged: of a comparison of pairs SQLite would use the time alone, and many events may have one time.
    both = select(*order).where(of_scope, same_time, beyond_id).union_all(select(*order).where(of_scope, beyond_time))
    names: list[ColumnElement[Any]] = [literal_column(column.name) for column in order]
    return _Statements(
        first=select(*EVENT_COLUMNS).where(of_scope).order_by(*ordered).limit(limit).offset(offset),
        beyond=both.order_by(*(name.desc() for name in names) if newest_first else names).limit(limit).offset(offset),
    )


_ways = {
    (by_type, newest_first): _statements(by_type, newest_first)
    for by_type in (False, True)
    for newest_first in (False, True)
}
_by_ids = select(*EVENT_COLUMNS).where(events.c.id.in_(bindparam("ids", expanding=True)))


def events_at(
    connection: Connection, scope: Scope, *, limit: int, offset: int = 0, newest_first: bool = True
) -> list[Event]:
    """Events of a scope in the order of their time, so many from the start left out. A deep offset costs no more."""
    if offset > LONGEST:
        place = skip(connection, scope, offset, newest_first=newest_first)
        if place is None:
            return []
        at, event_id, rest = place
        return _beyond(connection, scope, at, event_id, limit=limit, offset=rest, newest_first=newest_first)
    values = {"scope": _value(scope), "limit": limit, "offset": offset}
    return [event_of(row) for row in connection.execute(_way(scope, newest_first).first, values)]


def events_after(
    connection: Connection, scope: Scope, place: Place, *, limit: int, newest_first: bool = True
) -> list[Event]:
    """Events of a scope that come after a place in the order of their time; no event need stand there."""
    return _beyond(connection, scope, *place, limit=limit, offset=0, newest_first=newest_first)


def newest_events(connection: Connection, application_id: int, limit: int, offset: int = 0) -> list[Event]:
    """Events of an application, newest first."""
    return events_at(connection, Scope(application_id), limit=limit, offset=offset)


def _beyond(
    connection: Connection, scope: Scope, at: int, event_id: int, *, limit: int, offset: int, newest_first: bool
) -> list[Event]:
    values = {"scope": _value(scope), "at": at, "event_id": event_id, "limit": limit, "offset": offset}
    ids = [row.id for row in connection.execute(_way(scope, newest_first).beyond, values)]
    found = {row.id: event_of(row) for row in connection.execute(_by_ids, {"ids": ids})} if ids else {}
    # One that was deleted between the two statements is simply not there.
    return [found[number] for number in ids if number in found]


def _way(scope: Scope, newest_first: bool) -> _Statements:
    return _ways[scope.event_type_id != ALL_TYPES, newest_first]


def _value(scope: Scope) -> int:
    return scope.event_type_id or scope.application_id
