"""What was counted of visits, by the hour, and of single events, in SQL; sums of goals: goal_stretches.py."""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, cast, func, select

from tidings.records.statistics import Reach
from tidings.storage.goal_tables import event_conversions, visit_figures


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    # PostgreSQL's sum of 64 bits is wider than 64 bits, and comes back as another type.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


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


def _span(application_id: int, first: int, end: int) -> dict[str, int]:
    return {"application_id": application_id, "first": first, "end": end}
