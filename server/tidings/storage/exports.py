"""What an application has very many rows of, read one after the other without ever holding all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from tidings.records.event import Event
from tidings.storage.events import EVENT_COLUMNS, event_of
from tidings.storage.goal_tables import conversions, event_conversions, goal_figures, visit_figures
from tidings.storage.tables import application_figures, event_figures, event_type_figures, events

# Rows that are read at once.
ROWS_AT_ONCE = 500
# Figures by their names, in the order of their keys.
FIGURES: Mapping[str, Table] = {
    "application_figures": application_figures,
    "event_type_figures": event_type_figures,
    "event_figures": event_figures,
    "goal_figures": goal_figures,
    "event_conversions": event_conversions,
    "visit_figures": visit_figures,
}


def all_events(connection: Connection, application_id: int) -> Iterator[Event]:
    """Every event of an application, oldest first, without what is kept of e-mail addresses."""
    statement = (
        select(*EVENT_COLUMNS)
        .where(events.c.application_id == application_id)
        .order_by(events.c.created_at, events.c.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in connection.execute(statement):
        yield event_of(row)


def all_conversions(connection: Connection, application_id: int) -> Iterator[dict[str, Any]]:
    """Every conversion that has a name, in the order of their goals."""
    return _rows(connection, conversions, application_id)


def all_figures(connection: Connection, name: str, application_id: int) -> Iterator[dict[str, Any]]:
    """Every row of one of FIGURES."""
    return _rows(connection, FIGURES[name], application_id)


def _rows(connection: Connection, table: Table, application_id: int) -> Iterator[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "application_id"]
    statement = (
        select(*columns)
        .where(table.c.application_id == application_id)
        .order_by(*table.primary_key)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for row in connection.execute(statement):
        yield dict(row._mapping)
