"""Old figures in SQL: the rows of hours made into one row a stretch of hours, and how far that has come."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BigInteger, Connection, Table, bindparam, case, func, select

from tidings.records.application import DisplaySettings
from tidings.records.statistics import HOUR, HOURS_A_DAY, Figures
from tidings.storage.applications import display_of
from tidings.storage.tables import application_figures, applications, event_type_figures, figure_roll_ups, webhooks

_done = figure_roll_ups.c
# What its webhooks were not told of yet stays by the hour, as long as one of them is off.
_untold = (
    select(func.min(webhooks.c.next_window) // HOUR)
    .where(webhooks.c.application_id == applications.c.id, webhooks.c.deleted_at.is_(None))
    .correlate(applications)
    .scalar_subquery()
)
_edge = case((_untold < bindparam("edge"), _untold), else_=bindparam("edge", type_=BigInteger)).label("edge")
_due = (
    select(applications.c.id, applications.c.display, _done.until, _done.target, _done.event_type_id, _edge)
    .select_from(applications.outerjoin(figure_roll_ups, _done.application_id == applications.c.id))
    .where(_done.until.is_(None) | (_done.until < _edge - bindparam("reach")))
    .order_by(applications.c.id)
    .limit(1)
)
_SUMS = ", ".join(f"sum({name})" for name in Figures.__struct_fields__)
_NAMES = ", ".join(Figures.__struct_fields__)
_KEEP_PLACE = """
    INSERT INTO figure_roll_ups (application_id, until, target, event_type_id) VALUES (?, ?, ?, ?)
    ON CONFLICT (application_id) DO UPDATE
    SET until = excluded.until, target = excluded.target, event_type_id = excluded.event_type_id
"""
_FIRST_HOUR = "SELECT min(hour) FROM application_figures WHERE application_id = ? AND hour >= ?"
# One short search for each event type: their rows of all hours are not walked through.
_EVENT_TYPES = """
    WITH RECURSIVE found (id) AS (
        SELECT min(event_type_id) FROM event_type_figures WHERE application_id = ?1 AND event_type_id > ?2
        UNION ALL
        SELECT (SELECT min(event_type_id) FROM event_type_figures WHERE application_id = ?1 AND event_type_id > found.id)
        FROM found WHERE found.id IS NOT NULL
    )
    SELECT id FROM found WHERE id IS NOT NULL LIMIT ?3
"""


class Due(Struct, frozen=True):
    """An application whose figures are to be rolled up: as tables.py tells of it; `until` None: never begun."""

    application_id: int
    display: DisplaySettings
    until: int | None
    target: int
    event_type_id: int
    edge: int


def due_application(connection: Connection, edge: int, reach: int) -> Due | None:
    """An application that is rolled up to an hour more than `reach` before the edge, from which on hours stay.

    Its own edge lies before `edge` where one of its webhooks was told of less.
    """
    row = connection.execute(_due, {"edge": edge, "reach": reach}).first()
    if row is None:
        return None
    return Due(row.id, display_of(row.display), row.until, row.target or 0, row.event_type_id or 0, row.edge)


def keep_place(connection: Connection, application_id: int, *, until: int, target: int, event_type_id: int = 0) -> None:
    """Remembers how far the figures of an application are rolled up."""
    connection.exec_driver_sql(_KEEP_PLACE, (application_id, until, target, event_type_id))


def first_hour_with_figures(connection: Connection, application_id: int, since: int) -> int | None:
    """The first hour from `since` on in which anything was counted."""
    found: int | None = connection.exec_driver_sql(_FIRST_HOUR, (application_id, since)).scalar()
    return found


def event_types_with_figures(connection: Connection, application_id: int, after: int, limit: int) -> list[int]:
    """Event types of which anything was ever counted, the lowest ids that come after this one."""
    return list(connection.exec_driver_sql(_EVENT_TYPES, (application_id, after, limit)).scalars())


def roll_up_application(connection: Connection, application_id: int, first: int, length: int, end: int) -> None:
    """Makes the rows of the hours from `first` up to `end` one row for every `length` hours, at the first of them.

    Where a UTC day begins among these hours, another row begins with it.
    """
    _roll_up(connection, application_figures, "application_id = ?", (application_id,), first, length, end)


def roll_up_event_types(
    connection: Connection, application_id: int, event_type_ids: Sequence[int], first: int, length: int, end: int
) -> None:
    """The same with the rows of these event types."""
    where = f"application_id = ? AND event_type_id IN ({', '.join('?' * len(event_type_ids))})"
    _roll_up(connection, event_type_figures, where, (application_id, *event_type_ids), first, length, end)


def _roll_up(
    connection: Connection, table: Table, where: str, values: tuple[int, ...], first: int, length: int, end: int
) -> None:
    keys = ", ".join(column.name for column in table.primary_key if column.name != "hour")
    sets = ", ".join(f"{name} = excluded.{name}" for name in Figures.__struct_fields__)
    of_span = f"{where} AND hour >= ? AND hour < ?"
    begins = f"max(? + (hour - ?) / ? * ?, hour - hour % {HOURS_A_DAY})"
    text = f"""
        INSERT INTO {table.name} ({keys}, hour, {_NAMES})
        SELECT {keys}, {begins} AS begins, {_SUMS} FROM {table.name} WHERE {of_span} GROUP BY {keys}, begins
        ON CONFLICT ({keys}, hour) DO UPDATE SET {sets}
    """  # noqa: S608 - our own names
    connection.exec_driver_sql(text, (first, first, length, length, *values, first, end))
    text = f"DELETE FROM {table.name} WHERE {of_span} AND hour <> {begins}"  # noqa: S608 - our own names
    connection.exec_driver_sql(text, (*values, first, end, first, first, length, length))
