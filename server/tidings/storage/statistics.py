"""Figures in SQL: summed over spans of hours, which are counted from the epoch."""

from sqlalchemy import BigInteger, Connection, bindparam, cast, func, select

from tidings.records.statistics import Figures
from tidings.storage.tables import application_figures

HOURS_A_DAY = 24

_figures = application_figures.c
# PostgreSQL's sum of 64 bits is wider than 64 bits, and comes back as another type.
_sums = [cast(func.coalesce(func.sum(_figures[name]), 0), BigInteger).label(name) for name in Figures.__struct_fields__]
_of_application = _figures.application_id == bindparam("application_id")
_in_span = (_figures.hour >= bindparam("first"), _figures.hour < bindparam("end"))
_day = (_figures.hour // HOURS_A_DAY).label("day")

_all_time = select(*_sums).where(_of_application)
_span = select(*_sums).where(_of_application, *_in_span)
_days = select(_day, *_sums).where(_of_application, *_in_span).group_by(_day)


def figures_of_all_time(connection: Connection, application_id: int) -> Figures:
    """Everything that was ever counted for an application."""
    row = connection.execute(_all_time, {"application_id": application_id}).one()
    return Figures(**row._mapping)


def figures_between(connection: Connection, application_id: int, first: int, end: int) -> Figures:
    """The sum over the hours from `first` up to `end`, without that one."""
    row = connection.execute(_span, {"application_id": application_id, "first": first, "end": end}).one()
    return Figures(**row._mapping)


def figures_by_day(connection: Connection, application_id: int, first: int, end: int) -> dict[int, Figures]:
    """The sums of each UTC day, counted from the epoch, of the days from `first` up to `end`, without that one.

    Days without figures are not there.
    """
    span = {"application_id": application_id, "first": first * HOURS_A_DAY, "end": end * HOURS_A_DAY}
    return {row.day: Figures(*row[1:]) for row in connection.execute(_days, span)}
