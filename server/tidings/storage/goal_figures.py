"""What was counted of goals, in SQL: added to and taken back from, hour by hour, counted from the epoch.

An application's and an event type's own figures hold the conversions that are put down to notifications, and what they
were worth in one currency, the application's. A row there may stand for more than an hour (statistics_roll_up): what is
taken back is taken from the newest row that begins at its hour or before.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from tidings.records.conversion import UNATTRIBUTED, Conversion

HOURS_A_DAY = 24
# Figures of events that are removed by one statement for one application.
FORGOTTEN_AT_ONCE = 1_000

_ADD = """
    INSERT INTO goal_figures
    (application_id, hour, goal_id, event_type_id, currency, attribution, arm, number, cents, firsts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (application_id, hour, goal_id, event_type_id, currency, attribution, arm) DO UPDATE SET
    number = goal_figures.number + excluded.number, cents = goal_figures.cents + excluded.cents,
    firsts = goal_figures.firsts + excluded.firsts
"""
_ADD_TO_EVENT = """
    INSERT INTO event_conversions (application_id, day, event_id, goal_id, currency, number, cents)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (application_id, day, event_id, goal_id, currency) DO UPDATE SET
    number = event_conversions.number + excluded.number, cents = event_conversions.cents + excluded.cents
"""
# These may have been forgotten by now: then there is nothing to take back.
_TAKE_FROM_EVENT = """
    UPDATE event_conversions SET number = number + ?, cents = cents + ?
    WHERE application_id = ? AND day = ? AND event_id = ? AND goal_id = ? AND currency = ?
"""
_ADD_TO_APPLICATION = """
    INSERT INTO application_figures (application_id, hour, conversions, conversion_cents) VALUES (?, ?, ?, ?)
    ON CONFLICT (application_id, hour) DO UPDATE SET
    conversions = application_figures.conversions + excluded.conversions,
    conversion_cents = application_figures.conversion_cents + excluded.conversion_cents
"""
_ADD_TO_EVENT_TYPE = """
    INSERT INTO event_type_figures (application_id, event_type_id, hour, conversions, conversion_cents)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (application_id, event_type_id, hour) DO UPDATE SET
    conversions = event_type_figures.conversions + excluded.conversions,
    conversion_cents = event_type_figures.conversion_cents + excluded.conversion_cents
"""
_CHANGE_OF_APPLICATION = """
    UPDATE application_figures SET conversions = conversions + ?3, conversion_cents = conversion_cents + ?4
    WHERE application_id = ?1 AND hour = (
        SELECT max(hour) FROM application_figures WHERE application_id = ?1 AND hour <= ?2 AND conversions > 0
    )
"""
_CHANGE_OF_EVENT_TYPE = """
    UPDATE event_type_figures SET conversions = conversions + ?4, conversion_cents = conversion_cents + ?5
    WHERE application_id = ?1 AND event_type_id = ?2 AND hour = (
        SELECT max(hour) FROM event_type_figures
        WHERE application_id = ?1 AND event_type_id = ?2 AND hour <= ?3 AND conversions > 0
    )
"""
_FORGET = """
    DELETE FROM event_conversions WHERE (application_id, day, event_id, goal_id, currency) IN
    (SELECT application_id, day, event_id, goal_id, currency FROM event_conversions
     WHERE application_id = ? AND day < ? LIMIT ?)
"""
_ATTRIBUTED = f"""
    SELECT hour, event_type_id, currency, sum(number), sum(cents) FROM goal_figures
    WHERE application_id = ? AND goal_id = ? AND attribution <> {UNATTRIBUTED} GROUP BY hour, event_type_id, currency
"""  # noqa: S608 - our own constant
_WORTH = f"""
    SELECT hour, event_type_id, sum(cents) FROM goal_figures
    WHERE application_id = ? AND currency = ? AND attribution <> {UNATTRIBUTED} GROUP BY hour, event_type_id
"""  # noqa: S608 - our own constant
_NO_CENTS = "UPDATE {} SET conversion_cents = 0 WHERE application_id = ? AND conversion_cents <> 0"


def add_conversions(connection: Connection, came: Iterable[Conversion], currency: str) -> None:
    """Counts conversions of one application, whose own currency is `currency`, where they say."""
    goals, events, applications, event_types = [], [], [], []
    for one in came:
        goals.append(_goal_row(one, 1))
        if one.attribution != UNATTRIBUTED:
            cents = (one.cents or 0) if one.currency == currency else 0
            events.append((*_event_key(one), 1, one.cents or 0))
            applications.append((one.application_id, one.hour, 1, cents))
            event_types.append((one.application_id, one.event_type_id, one.hour, 1, cents))
    _many(connection, _ADD, goals)
    _many(connection, _ADD_TO_EVENT, events)
    _many(connection, _ADD_TO_APPLICATION, applications)
    _many(connection, _ADD_TO_EVENT_TYPE, event_types)


def take_back(connection: Connection, one: Conversion, currency: str) -> None:
    """Undoes what `add_conversions` did for a conversion, in the very rows; `currency`: the application's by now."""
    _many(connection, _ADD, [_goal_row(one, -1)])
    if one.attribution != UNATTRIBUTED:
        cents = (one.cents or 0) if one.currency == currency else 0
        _many(connection, _TAKE_FROM_EVENT, [(-1, -(one.cents or 0), *_event_key(one))])
        _change(connection, one.application_id, [(one.hour, one.event_type_id, -1, -cents)])


def delete_figures_of(connection: Connection, application_id: int, goal_id: str, currency: str) -> None:
    """Removes all that was counted of a goal, from the sums of its application and of event types too."""
    found = connection.exec_driver_sql(_ATTRIBUTED, (application_id, goal_id)).all()
    _change(
        connection,
        application_id,
        [(hour, of_type, -number, -cents if own == currency else 0) for hour, of_type, own, number, cents in found],
    )
    for table in ("goal_figures", "event_conversions"):
        text = f"DELETE FROM {table} WHERE application_id = ? AND goal_id = ?"  # noqa: S608 - our own names
        connection.exec_driver_sql(text, (application_id, goal_id))


def count_worth_anew(connection: Connection, application_id: int, currency: str) -> None:
    """What attributed conversions were worth, from now on told in another currency: of all time, out of what was counted."""
    for table in ("application_figures", "event_type_figures"):
        connection.exec_driver_sql(_NO_CENTS.format(table), (application_id,))
    found = connection.exec_driver_sql(_WORTH, (application_id, currency)).all()
    _change(connection, application_id, [(hour, of_type, 0, cents) for hour, of_type, cents in found])


def forget_event_conversions(connection: Connection, application_ids: Iterable[int], first: int) -> None:
    """Removes what was counted of single events on days before `first`, some of it: the rest goes the next time."""
    _many(connection, _FORGET, [(number, first, FORGOTTEN_AT_ONCE) for number in application_ids])


def _change(connection: Connection, application_id: int, changes: Sequence[tuple[int, int, int, int]]) -> None:
    """Of each hour and event type, what comes to its conversions and to what they were worth."""
    rows = [(application_id, hour, number, cents) for hour, _, number, cents in changes]
    _many(connection, _CHANGE_OF_APPLICATION, rows)
    types = [(application_id, of_type, hour, number, cents) for hour, of_type, number, cents in changes]
    _many(connection, _CHANGE_OF_EVENT_TYPE, types)


def _goal_row(one: Conversion, by: int) -> tuple[Any, ...]:
    return (
        one.application_id,
        one.hour,
        one.goal_id,
        one.event_type_id,
        one.currency,
        one.attribution,
        one.arm,
        by,
        by * (one.cents or 0),
        by * one.first,
    )


def _event_key(one: Conversion) -> tuple[Any, ...]:
    return (one.application_id, one.hour // HOURS_A_DAY, one.event_id, one.goal_id, one.currency)


def _many(connection: Connection, text: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(text, rows)
