"""Figures in SQL: added to by the hour, and summed over spans of hours, which are counted from the epoch."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import BigInteger, Connection, Table, bindparam, cast, func, literal_column, select

from tidings.records.beacon import CLICK, DISPLAY
from tidings.records.statistics import HOURS_A_DAY, Figures
from tidings.storage.figure_tables import event_type_stretches
from tidings.storage.stretches import LENGTHS, begin_of
from tidings.storage.tables import application_figures, event_figures, event_type_figures

# What beacons count, in their order; conversions come another way.
COUNTED = Figures.__struct_fields__[:4]
# Where something is counted: application, event type, event, hour.
Place = tuple[int, int, int, int]
# Figures of events that are removed by one statement for one application.
FORGOTTEN_AT_ONCE = 1_000

_figures = application_figures.c
# PostgreSQL's sum of 64 bits is wider than 64 bits, and comes back as another type.
_sums = [cast(func.coalesce(func.sum(_figures[name]), 0), BigInteger).label(name) for name in Figures.__struct_fields__]
_of_application = _figures.application_id == bindparam("application_id")
_in_span = (_figures.hour >= bindparam("first"), _figures.hour < bindparam("end"))
_first, _length = (bindparam(name, type_=BigInteger) for name in ("first", "length"))
_stretch = ((_figures.hour - _first) // _length).label("stretch")

_all_time = select(*_sums).where(_of_application)
_span = select(*_sums).where(_of_application, *_in_span)
_stretches = select(_stretch, *_sums).where(_of_application, *_in_span).group_by(literal_column("stretch"))

_of_some = (
    select(_figures.application_id, *_sums)
    .where(_figures.application_id.in_(bindparam("application_ids", expanding=True)), *_in_span)
    .group_by(_figures.application_id)
)

_of_events = event_figures.c
_event_sums = [cast(func.sum(_of_events[name]), BigInteger).label(name) for name in COUNTED]
_events = (
    select(_of_events.event_id, *_event_sums)
    .where(_of_events.application_id == bindparam("application_id"))
    .where(_of_events.day >= bindparam("first"), _of_events.day < bindparam("end"))
    .group_by(_of_events.event_id)
)


def _adding(table: Table, counted: Sequence[str] = COUNTED, newest: Sequence[str] = ()) -> str:
    """Adds to the row of a key, or makes it. Text, since SQLAlchemy's own way costs more than the row.

    `newest`: of these columns the greater value stays.
    """
    keys = [column.name for column in table.primary_key]
    names = (*keys, *counted, *newest)
    sums = [f"{name} = {table.name}.{name} + excluded.{name}" for name in counted]
    sums += [f"{name} = max({table.name}.{name}, excluded.{name})" for name in newest]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608 - our own names
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(sums)}"
    )


_ADD_TO_APPLICATION = _adding(application_figures)
_ADD_TO_EVENT_TYPE = _adding(event_type_figures)
_ADD_TO_STRETCHES = _adding(event_type_stretches, ("displays", "clicks"))
_ADD_TO_EVENT = _adding(event_figures, newest=("shown_at",))
_LONGER = LENGTHS[1:]
_FORGET = """
    DELETE FROM event_figures WHERE (application_id, day, event_id) IN
    (SELECT application_id, day, event_id FROM event_figures WHERE application_id = ? AND day < ? LIMIT ?)
"""


def add_figures(
    connection: Connection, figures: Mapping[Place, Sequence[int]], shown_at: Mapping[int, int] | None = None
) -> None:
    """Adds what was counted, by COUNTED, to the hour of the application and of the event type, and to the event's day.

    `shown_at`: when events were last shown (milliseconds), where that is known.
    """
    applications: dict[tuple[int, ...], list[int]] = {}
    event_types: dict[tuple[int, ...], list[int]] = {}
    events: dict[tuple[int, ...], list[int]] = {}
    longer: dict[tuple[int, ...], list[int]] = {}
    for (application_id, event_type_id, event_id, hour), row in figures.items():
        _sum(applications, (application_id, hour), row)
        _sum(event_types, (application_id, event_type_id, hour), row)
        _sum(events, (application_id, hour // HOURS_A_DAY, event_id), row)
        for length in _LONGER:
            _sum(longer, (application_id, length, begin_of(hour, length), event_type_id), (row[DISPLAY], row[CLICK]))
    for key, of_event in events.items():
        of_event.append((shown_at or {}).get(key[-1], 0))
    for text, sums in (
        (_ADD_TO_APPLICATION, applications),
        (_ADD_TO_EVENT_TYPE, event_types),
        (_ADD_TO_STRETCHES, longer),
        (_ADD_TO_EVENT, events),
    ):
        connection.exec_driver_sql(text, [(*key, *row) for key, row in sums.items()])


def _sum(sums: dict[tuple[int, ...], list[int]], key: tuple[int, ...], row: Sequence[int]) -> None:
    before = sums.get(key)
    sums[key] = [*row] if before is None else [one + other for one, other in zip(before, row, strict=True)]


def forget_event_figures(connection: Connection, application_ids: Iterable[int], first: int) -> None:
    """Removes what was counted of single events on days before `first`, some of it: the rest goes the next time."""
    connection.exec_driver_sql(_FORGET, [(number, first, FORGOTTEN_AT_ONCE) for number in application_ids])


def figures_of_all_time(connection: Connection, application_id: int) -> Figures:
    """Everything that was ever counted for an application."""
    row = connection.execute(_all_time, {"application_id": application_id}).one()
    return Figures(**row._mapping)


def figures_between(connection: Connection, application_id: int, first: int, end: int) -> Figures:
    """The sum over the hours from `first` up to `end`, without that one."""
    row = connection.execute(_span, {"application_id": application_id, "first": first, "end": end}).one()
    return Figures(**row._mapping)


def figures_of_applications(
    connection: Connection, application_ids: Sequence[int], first: int, end: int
) -> dict[int, Figures]:
    """`figures_between` of many applications, by id; those without figures are not there."""
    span = {"application_ids": application_ids, "first": first, "end": end}
    return {row.application_id: Figures(*row[1:]) for row in connection.execute(_of_some, span)}


def figures_by_stretch(
    connection: Connection, application_id: int, first: int, length: int, number: int
) -> dict[int, Figures]:
    """The sums of each of `number` stretches of `length` hours, from the hour `first` on; the first one is 0.

    Stretches without figures are not there.
    """
    span = {"application_id": application_id, "first": first, "length": length, "end": first + length * number}
    return {row.stretch: Figures(*row[1:]) for row in connection.execute(_stretches, span)}


def figures_by_event(connection: Connection, application_id: int, first: int, end: int) -> dict[int, Figures]:
    """The sums of each event, by id, of the days from `first` up to `end`, without that one; without conversions."""
    span = {"application_id": application_id, "first": first, "end": end}
    return {row.event_id: Figures(*row[1:]) for row in connection.execute(_events, span)}
