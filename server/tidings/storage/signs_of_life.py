"""What tells whether anything is going on: the newest hours with figures, one event's figures, how many events are young."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import BindParameter, Connection, bindparam, func, literal, or_, select

from tidings.records.statistics import Figures
from tidings.storage.goal_tables import event_conversions, visit_figures
from tidings.storage.statistics import COUNTED
from tidings.storage.tables import application_figures, event_figures, events

_figures, _visits = application_figures.c, visit_figures.c
_of_application = _figures.application_id == bindparam("application_id")
_last_display = select(_figures.hour).where(_of_application, _figures.displays > 0).order_by(_figures.hour.desc()).limit(1)
_last_told = (
    select(_figures.hour)
    .where(_of_application, or_(*(_figures[name] > 0 for name in COUNTED)))
    .order_by(_figures.hour.desc())
    .limit(1)
)
_last_visit = (
    select(_visits.hour).where(_visits.application_id == bindparam("application_id")).order_by(_visits.hour.desc()).limit(1)
)
# By the list of days, so that the rows of other events are passed over.
_days: BindParameter[int] = bindparam("days", expanding=True)
_event_id: BindParameter[int] = bindparam("event_id")
_counted = select(*(func.coalesce(func.sum(event_figures.c[name]), 0).label(name) for name in COUNTED)).where(
    event_figures.c.application_id == bindparam("application_id"),
    event_figures.c.day.in_(_days),
    event_figures.c.event_id == _event_id,
)
_converted = select(func.coalesce(func.sum(event_conversions.c.number), 0)).where(
    event_conversions.c.application_id == bindparam("application_id"),
    event_conversions.c.day.in_(_days),
    event_conversions.c.event_id == _event_id,
)
_young = (
    select(literal(1))
    .where(events.c.application_id == bindparam("application_id"), events.c.created_at >= bindparam("since"))
    .limit(bindparam("most"))
    .subquery()
)
_count_young = select(func.count()).select_from(_young)


class LastHours(Struct, frozen=True):
    """The newest hours, counted from the epoch, in which a display was counted, and anything at all; None: never."""

    display: int | None
    anything: int | None


def last_hours(connection: Connection, application_id: int) -> LastHours:
    """When pages told something last. Figures of more than some months ago stand at the beginning of their day."""
    of = {"application_id": application_id}
    found = [connection.execute(one, of).scalar() for one in (_last_told, _last_visit)]
    told = [hour for hour in found if hour is not None]
    return LastHours(connection.execute(_last_display, of).scalar(), max(told, default=None))


def figures_of_event(connection: Connection, application_id: int, event_id: int, days: Sequence[int]) -> Figures:
    """What was counted of one event on these UTC days, counted from the epoch."""
    values = {"application_id": application_id, "event_id": event_id, "days": days}
    row = connection.execute(_counted, values).one()
    conversions = connection.execute(_converted, values).scalar_one()
    return Figures(row.displays, row.hovers, row.clicks, row.closes, conversions)


def young_events(connection: Connection, application_id: int, since: int, most: int) -> int:
    """How many events were at `since` (milliseconds) or later; no more than `most` are counted."""
    return int(
        connection.execute(_count_young, {"application_id": application_id, "since": since, "most": most}).scalar_one()
    )
