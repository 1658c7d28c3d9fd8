"""What was counted of goals, read in SQL: sums over spans of hours, which are counted from the epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, bindparam, case, cast, func, select

from tidings.records.conversion import HELD, NO_ARM, UNATTRIBUTED
from tidings.records.statistics import Reach
from tidings.storage.goal_tables import event_conversions, goal_figures, visit_figures

_figures = goal_figures.c
_attributed = _figures.attribution != UNATTRIBUTED
_held = _figures.arm == HELD


def _sum(column: ColumnElement[int], where: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    # PostgreSQL's sum of 64 bits is wider than 64 bits, and comes back as another type.
    return cast(func.coalesce(func.sum(column if where is None else case((where, column), else_=0)), 0), BigInteger)


# In the order of Reach.
_SUMS = [
    _sum(_figures.number),
    _sum(_figures.cents),
    _sum(_figures.number, _attributed),
    _sum(_figures.cents, _attributed),
    _sum(_figures.number, _held),
    _sum(_figures.cents, _held),
]
_SPAN = (
    _figures.application_id == bindparam("application_id"),
    _figures.hour >= bindparam("first"),
    _figures.hour < bindparam("end"),
)


def _by(*keys: ColumnElement[Any]) -> Select[Any]:
    return select(*keys, *_SUMS).where(*_SPAN).group_by(*keys).order_by(*keys)


_by_hour = _by(_figures.hour, _figures.currency)
_by_goal = _by(_figures.goal_id, _figures.currency)
_by_event_type = _by(_figures.event_type_id, _figures.currency).where(_attributed)
_firsts = select(_figures.arm, _sum(_figures.firsts)).where(*_SPAN, _figures.arm != NO_ARM).group_by(_figures.arm)

_of_events = event_conversions.c
_event_number = func.sum(_of_events.number)
_by_event = (
    select(_of_events.event_id, _of_events.currency, _sum(_of_events.number), _sum(_of_events.cents))
    .where(_of_events.application_id == bindparam("application_id"))
    .where(_of_events.day >= bindparam("first"), _of_events.day < bindparam("end"))
    .group_by(_of_events.event_id, _of_events.currency)
    .having(_event_number > 0)
    .order_by(_event_number.desc(), _of_events.event_id.desc(), _of_events.currency)
    .limit(bindparam("limit"))
)
_visits = (
    select(visit_figures.c.arm, _sum(visit_figures.c.visits), _sum(visit_figures.c.visitors))
    .where(visit_figures.c.application_id == bindparam("application_id"))
    .where(visit_figures.c.hour >= bindparam("first"), visit_figures.c.hour < bindparam("end"))
    .group_by(visit_figures.c.arm)
)
_ADD_VISITS = """
    INSERT INTO visit_figures (application_id, hour, arm, visits, visitors)
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM applications WHERE id = ?1)
    ON CONFLICT (application_id, hour, arm) DO UPDATE SET
    visits = visit_figures.visits + excluded.visits, visitors = visit_figures.visitors + excluded.visitors
"""


def add_visits(connection: Connection, visits: Mapping[tuple[int, int, int], Sequence[int]]) -> None:
    """Adds to the visits, and the visitors counted with them, of an application, an hour and an arm.

    Those of an application that is gone are left aside.
    """
    if visits:
        connection.exec_driver_sql(_ADD_VISITS, [(*key, *numbers) for key, numbers in visits.items()])


def reach_by_hour(
    connection: Connection, application_id: int, first: int, end: int, goal_id: str | None
) -> list[tuple[int, str, Reach]]:
    """Of each hour and currency, in order; of one goal alone where one is named."""
    query = _by_hour if goal_id is None else _by_hour.where(_figures.goal_id == goal_id)
    rows = connection.execute(query, _span(application_id, first, end))
    return [(row[0], row[1], Reach(*row[2:])) for row in rows]


def reach_by_goal(connection: Connection, application_id: int, first: int, end: int) -> list[tuple[str, str, Reach]]:
    """Of each goal and currency."""
    rows = connection.execute(_by_goal, _span(application_id, first, end))
    return [(row[0], row[1], Reach(*row[2:])) for row in rows]


def reach_by_event_type(
    connection: Connection, application_id: int, first: int, end: int, goal_id: str | None
) -> list[tuple[int, str, Reach]]:
    """Of each event type and currency: what is put down to it. Of one goal alone where one is named."""
    query = _by_event_type if goal_id is None else _by_event_type.where(_figures.goal_id == goal_id)
    rows = connection.execute(query, _span(application_id, first, end))
    return [(row[0], row[1], Reach(*row[2:])) for row in rows]


def reach_by_event(
    connection: Connection, application_id: int, first: int, end: int, goal_id: str | None, limit: int
) -> list[tuple[int, str, Reach]]:
    """Of each event and currency what is put down to it, most conversions first; `first` and `end` are days."""
    query = _by_event if goal_id is None else _by_event.where(_of_events.goal_id == goal_id)
    rows = connection.execute(query, _span(application_id, first, end) | {"limit": limit})
    return [(row[0], row[1], Reach(row[2], row[3], row[2], row[3])) for row in rows]


def visits_by_arm(connection: Connection, application_id: int, first: int, end: int) -> dict[int, tuple[int, int]]:
    """Visits, and visitors who were counted, of each arm."""
    return {row[0]: (row[1], row[2]) for row in connection.execute(_visits, _span(application_id, first, end))}


def firsts_by_arm(connection: Connection, application_id: int, first: int, end: int) -> dict[int, int]:
    """Visitors of each arm who reached a goal after they were counted."""
    return {row[0]: row[1] for row in connection.execute(_firsts, _span(application_id, first, end))}


def _span(application_id: int, first: int, end: int) -> dict[str, int]:
    return {"application_id": application_id, "first": first, "end": end}
