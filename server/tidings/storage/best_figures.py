"""What did best, and what was shown lately, in SQL: event types over a span, single events of the newest days."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from tidings.records.event import Event
from tidings.records.statistics import HOURS_A_DAY
from tidings.storage.events import EVENT_COLUMNS, event_of
from tidings.storage.stretches import LENGTHS, begin_of, cover, runs_text
from tidings.storage.tables import events

_EVENTS = select(*EVENT_COLUMNS).where(
    events.c.application_id == bindparam("application_id"), events.c.id.in_(bindparam("ids", expanding=True))
)
# One short search for each event type that has anything on the UTC day of these hours: other rows are not walked through.
_BY_HOUR = f"""
    SELECT f.event_type_id, sum(f.displays), sum(f.clicks)
    FROM runs CROSS JOIN event_type_stretches d CROSS JOIN event_type_figures f
    WHERE d.application_id = ? AND d.hours = {HOURS_A_DAY}
    AND d.begins >= runs.first - runs.first % {HOURS_A_DAY} AND d.begins < runs.until
    AND f.application_id = ? AND f.event_type_id = d.event_type_id
    AND f.hour >= max(runs.first, d.begins) AND f.hour < min(runs.until, d.begins + {HOURS_A_DAY}) GROUP BY 1
"""  # noqa: S608 - our own number
_BY_STRETCH = """
    SELECT s.event_type_id, sum(s.displays), sum(s.clicks) FROM runs CROSS JOIN event_type_stretches s
    WHERE s.application_id = ? AND s.hours = runs.hours AND s.begins >= runs.first AND s.begins < runs.until GROUP BY 1
"""
# Out of an index of those alone that were clicked, which are few.
_MOST_CLICKED = """
    WITH best AS (
        SELECT event_id, sum(clicks) AS clicks FROM event_figures INDEXED BY event_figures_clicked
        WHERE application_id = ?1 AND day >= ?2 AND day < ?3 AND clicks > 0
        GROUP BY event_id ORDER BY 2 DESC, 1 DESC LIMIT ?4
    ),
    days (day) AS (SELECT ?2 UNION ALL SELECT day + 1 FROM days WHERE day + 1 < ?3)
    SELECT best.event_id, sum((
        SELECT f.displays FROM event_figures f
        WHERE f.application_id = ?1 AND f.day = days.day AND f.event_id = best.event_id
    )), best.clicks FROM best CROSS JOIN days GROUP BY 1 ORDER BY 3 DESC, 2, 1 DESC
"""
_LATELY = """
    SELECT event_id, max(shown_at) FROM event_figures WHERE application_id = ? AND day >= ? AND shown_at >= ?
    GROUP BY event_id ORDER BY 2 DESC, 1 DESC LIMIT ?
"""


def shown_by_event_type(
    connection: Connection, application_id: int, first: int, end: int, *, and_all_after: bool = False
) -> dict[int, tuple[int, int]]:
    """Displays and clicks of each event type, by id, over the hours from `first` up to `end`, without that one.

    `and_all_after`: whatever was counted later belongs to it, as to a span that reaches to now.

    Exact to the hour, and to the row where old figures are kept by the day (domain/statistics_roll_up.py): the same as an
    application's own figures over these hours.
    """
    if and_all_after:
        # Nothing is there but in hours that are still open: the longest stretches will do.
        end = begin_of(end, LENGTHS[-1]) + 2 * LENGTHS[-1]
    runs = cover(first, end)
    found: dict[int, tuple[int, int]] = {}
    for text, ids, some in (
        (_BY_STRETCH, 1, [run for run in runs if run.hours != LENGTHS[0]]),
        (_BY_HOUR, 2, [run for run in runs if run.hours == LENGTHS[0]]),
    ):
        if some:
            opening, numbers = runs_text(some)
            for row in connection.exec_driver_sql(opening + text, (*numbers, *[application_id] * ids)):
                before = found.get(row[0], (0, 0))
                found[row[0]] = (before[0] + row[1], before[1] + row[2])
    return found


def most_clicked(
    connection: Connection, application_id: int, first: int, end: int, limit: int
) -> list[tuple[int, int, int]]:
    """Events with the most clicks on the days from `first` up to `end`, without that one: id, displays, clicks."""
    rows = connection.exec_driver_sql(_MOST_CLICKED, (application_id, first, end, limit))
    return [(row[0], row[1], row[2]) for row in rows]


def shown_since(connection: Connection, application_id: int, day: int, since: int, limit: int) -> list[tuple[int, int]]:
    """Events that were last shown at `since` (milliseconds) or later: id and when; the newest first.

    Only what is counted on `day` or a later one is looked at.
    """
    rows = connection.exec_driver_sql(_LATELY, (application_id, day, since, limit))
    return [(row[0], row[1]) for row in rows]


def events_by_ids(connection: Connection, application_id: int, ids: Collection[int]) -> dict[int, Event]:
    """Of these events of an application, those that are there."""
    rows = connection.execute(_EVENTS, {"application_id": application_id, "ids": list(ids)})
    return {row.id: event_of(row) for row in rows}
