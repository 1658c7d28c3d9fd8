"""What was counted of goals, in SQL: added to and taken back from, hour by hour, counted from the epoch.

An application's and an event type's own figures hold the conversions that are put down to notifications, and what they
were worth in one currency, the application's. A row there may stand for more than an hour (statistics_roll_up): what is
taken back is taken from the newest row that begins at its hour or before.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from tidings.records.conversion import UNATTRIBUTED, Conversion
from tidings.records.statistics import HOURS_A_DAY
from tidings.storage.goal_stretches import Change, add_changes, take_goal_away

# A row: application, hour, goal, event type, currency, attribution, arm.
GoalKey = tuple[int, int, str, int, str, int, int]
# The most that a row holds of what conversions were worth, in hundredths: ten of the dearest. Nobody, least of all a page
# that anybody may speak for, comes with so much that a sum over all rows of a century of hours would pass 64 bits.
MOST_OF_ROW = 10**13
# Figures of events that are removed by one statement for one application.
FORGOTTEN_AT_ONCE = 1_000

# What a row of hours holds by now; `cents` are reckoned before, so that the sums of it (goal_stretches.py) take as much.
_CENTS_NOW = """
    SELECT cents FROM goal_figures WHERE application_id = ? AND hour = ? AND goal_id = ? AND event_type_id = ?
    AND currency = ? AND attribution = ? AND arm = ?
"""
# A row may hold more already, where it stands for many hours.
_CENTS = "max({0}.{1}, min({2}, {0}.{1} + excluded.{1}))"
_ADD = """
    INSERT INTO goal_figures
    (application_id, hour, goal_id, event_type_id, currency, attribution, arm, number, cents, firsts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (application_id, hour, goal_id, event_type_id, currency, attribution, arm) DO UPDATE SET
    number = goal_figures.number + excluded.number, cents = excluded.cents,
    firsts = goal_figures.firsts + excluded.firsts
"""
_TAKE = """
    UPDATE goal_figures SET number = number - 1, cents = max(0, cents - ?), firsts = firsts - ?
    WHERE application_id = ? AND hour = ? AND goal_id = ? AND event_type_id = ? AND currency = ? AND attribution = ?
    AND arm = ?
"""
_ADD_TO_EVENT = f"""
    INSERT INTO event_conversions (application_id, day, event_id, goal_id, currency, number, cents)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (application_id, day, event_id, goal_id, currency) DO UPDATE SET
    number = event_conversions.number + excluded.number, cents = {_CENTS.format("event_conversions", "cents", MOST_OF_ROW)}
"""  # noqa: S608 - our own constants
# These may have been forgotten by now: then there is nothing to take back.
_TAKE_FROM_EVENT = """
    UPDATE event_conversions SET number = number - 1, cents = max(0, cents - ?)
    WHERE application_id = ? AND day = ? AND event_id = ? AND goal_id = ? AND currency = ?
"""
_ADD_TO_APPLICATION = f"""
    INSERT INTO application_figures (application_id, hour, conversions, conversion_cents) VALUES (?, ?, ?, ?)
    ON CONFLICT (application_id, hour) DO UPDATE SET
    conversions = application_figures.conversions + excluded.conversions,
    conversion_cents = {_CENTS.format("application_figures", "conversion_cents", MOST_OF_ROW)}
"""  # noqa: S608 - our own constants
_ADD_TO_EVENT_TYPE = f"""
    INSERT INTO event_type_figures (application_id, event_type_id, hour, conversions, conversion_cents)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (application_id, event_type_id, hour) DO UPDATE SET
    conversions = event_type_figures.conversions + excluded.conversions,
    conversion_cents = {_CENTS.format("event_type_figures", "conversion_cents", MOST_OF_ROW)}
"""  # noqa: S608 - our own constants
# The row that stands for an hour: the newest with conversions that begins there or before.
_PLACE_IN_APPLICATION = """
    SELECT hour FROM application_figures WHERE application_id = ?1 AND hour <= {hour} AND conversions > 0
    ORDER BY hour DESC LIMIT 1
"""
_PLACE_IN_EVENT_TYPE = """
    SELECT hour FROM event_type_figures
    WHERE application_id = ?1 AND event_type_id = {of_type} AND hour <= {hour} AND conversions > 0
    ORDER BY hour DESC LIMIT 1
"""
_CHANGE_OF_APPLICATION = f"""
    UPDATE application_figures SET conversions = conversions + ?3,
    conversion_cents = CASE WHEN conversions + ?3 < 0 THEN conversion_cents + ?4 ELSE max(0, conversion_cents + ?4) END
    WHERE application_id = ?1 AND hour = ({_PLACE_IN_APPLICATION.format(hour="?2")})
"""  # noqa: S608 - our own text
_CHANGE_OF_EVENT_TYPE = f"""
    UPDATE event_type_figures SET conversions = conversions + ?4,
    conversion_cents = CASE WHEN conversions + ?4 < 0 THEN conversion_cents + ?5 ELSE max(0, conversion_cents + ?5) END
    WHERE application_id = ?1 AND event_type_id = ?2
    AND hour = ({_PLACE_IN_EVENT_TYPE.format(of_type="?2", hour="?3")})
"""  # noqa: S608 - our own text
# Whole goals and currencies in one statement a table: an application may have hundreds of thousands of rows.
_PLACED = f"""
    WITH had AS (
        SELECT {{of_type}} AS of_type, hour, sum(number) AS number,
        min({MOST_OF_ROW}, sum(CASE WHEN currency = ?2 THEN cents ELSE 0 END)) AS cents
        FROM goal_figures WHERE application_id = ?1 AND {{which}} AND attribution <> {UNATTRIBUTED} GROUP BY 1, 2
    ),
    placed AS (SELECT of_type, ({{place}}) AS place, number, cents FROM had),
    found AS (SELECT of_type, place, sum(number) AS number, sum(cents) AS cents FROM placed GROUP BY of_type, place)
"""  # noqa: S608 - our own text
_IN_APPLICATION = {"of_type": "0", "place": _PLACE_IN_APPLICATION.format(hour="had.hour")}
_IN_EVENT_TYPE = {
    "of_type": "event_type_id",
    "place": _PLACE_IN_EVENT_TYPE.format(of_type="had.of_type", hour="had.hour"),
}
_OF_GOAL, _OF_CURRENCY = {"which": "goal_id = ?3"}, {"which": "currency = ?2"}
# Every row is there: as an insertion in the order of the key they are changed in half the time of an UPDATE … FROM.
_INTO_APPLICATION = """
    INSERT INTO application_figures (application_id, hour, conversions, conversion_cents) {placed}
    SELECT ?1, place, number, cents FROM found WHERE place IS NOT NULL ORDER BY place
    ON CONFLICT (application_id, hour) DO UPDATE SET {change}
"""
_INTO_EVENT_TYPE = """
    INSERT INTO event_type_figures (application_id, event_type_id, hour, conversions, conversion_cents) {placed}
    SELECT ?1, of_type, place, number, cents FROM found WHERE place IS NOT NULL ORDER BY of_type, place
    ON CONFLICT (application_id, event_type_id, hour) DO UPDATE SET {change}
"""
_TAKE_ALL = """
    conversions = {0}.conversions - excluded.conversions,
    conversion_cents = {0}.conversion_cents - excluded.conversion_cents
"""
_FIGURES = ("application_figures", "event_type_figures")
_TAKE_GOAL = (
    _INTO_APPLICATION.format(placed=_PLACED.format(**_OF_GOAL, **_IN_APPLICATION), change=_TAKE_ALL.format(_FIGURES[0])),
    _INTO_EVENT_TYPE.format(placed=_PLACED.format(**_OF_GOAL, **_IN_EVENT_TYPE), change=_TAKE_ALL.format(_FIGURES[1])),
)
_SET_WORTH = "conversion_cents = excluded.conversion_cents"
_WORTH = (
    _INTO_APPLICATION.format(placed=_PLACED.format(**_OF_CURRENCY, **_IN_APPLICATION), change=_SET_WORTH),
    _INTO_EVENT_TYPE.format(placed=_PLACED.format(**_OF_CURRENCY, **_IN_EVENT_TYPE), change=_SET_WORTH),
)
# A row that stands for some of the hours of an older one can be asked for more than it has.
_SHORT = (
    "SELECT hour, conversions, conversion_cents FROM application_figures WHERE application_id = ? AND conversions < 0",
    "SELECT event_type_id, hour, conversions, conversion_cents FROM event_type_figures"
    " WHERE application_id = ? AND conversions < 0",
)
_EMPTY = "UPDATE {} SET conversions = 0, conversion_cents = 0 WHERE application_id = ? AND conversions < 0"
_NO_DEBT = "UPDATE {} SET conversion_cents = 0 WHERE application_id = ? AND conversion_cents < 0"
_FORGET = """
    DELETE FROM event_conversions WHERE (application_id, day, event_id, goal_id, currency) IN
    (SELECT application_id, day, event_id, goal_id, currency FROM event_conversions
     WHERE application_id = ? AND day < ? LIMIT ?)
"""
_NO_CENTS = "UPDATE {} SET conversion_cents = 0 WHERE application_id = ? AND conversion_cents <> 0"


def add_conversions(connection: Connection, came: Iterable[Conversion], currency: str) -> None:
    """Counts conversions of one application, whose own currency is `currency`, where they say."""
    goals: dict[GoalKey, list[int]] = {}
    events, applications, event_types = [], [], []
    for one in came:
        row = goals.setdefault(_goal_key(one), [0, 0, 0])
        for place, more in enumerate((1, one.cents or 0, int(one.first))):
            row[place] += more
        if one.attribution != UNATTRIBUTED:
            cents = (one.cents or 0) if one.currency == currency else 0
            events.append((*_event_key(one), 1, one.cents or 0))
            applications.append((one.application_id, one.hour, 1, cents))
            event_types.append((one.application_id, one.event_type_id, one.hour, 1, cents))
    _add_to_goals(connection, goals)
    _many(connection, _ADD_TO_EVENT, events)
    _many(connection, _ADD_TO_APPLICATION, applications)
    _many(connection, _ADD_TO_EVENT_TYPE, event_types)


def _add_to_goals(connection: Connection, goals: dict[GoalKey, list[int]]) -> None:
    rows, changes = [], []
    for key, (number, cents, firsts) in goals.items():
        held = connection.exec_driver_sql(_CENTS_NOW, key).scalar() or 0
        after = max(held, min(MOST_OF_ROW, held + cents))
        rows.append((*key, number, after, firsts))
        changes.append(Change(*key, number, after - held, firsts))
    _many(connection, _ADD, rows)
    add_changes(connection, changes)


def take_back(connection: Connection, one: Conversion, currency: str) -> None:
    """Undoes what `add_conversions` did for a conversion, in the very rows; `currency`: the application's by now."""
    cents = one.cents or 0
    key = _goal_key(one)
    held = connection.exec_driver_sql(_CENTS_NOW, key).scalar()
    if held is not None:
        _many(connection, _TAKE, [(cents, int(one.first), *key)])
        add_changes(connection, [Change(*key, -1, -min(cents, held), -int(one.first))])
    if one.attribution != UNATTRIBUTED:
        own = cents if one.currency == currency else 0
        _many(connection, _TAKE_FROM_EVENT, [(cents, *_event_key(one))])
        _many(connection, _CHANGE_OF_APPLICATION, [(one.application_id, one.hour, -1, -own)])
        _many(connection, _CHANGE_OF_EVENT_TYPE, [(one.application_id, one.event_type_id, one.hour, -1, -own)])


def delete_figures_of(connection: Connection, application_id: int, goal_id: str, currency: str) -> None:
    """Removes all that was counted of a goal, from the sums of its application and of event types too."""
    changes = (_CHANGE_OF_APPLICATION, _CHANGE_OF_EVENT_TYPE)
    for table, take, short, change in zip(_FIGURES, _TAKE_GOAL, _SHORT, changes, strict=True):
        connection.exec_driver_sql(take, (application_id, currency, goal_id))
        while rows := connection.exec_driver_sql(short, (application_id,)).all():
            connection.exec_driver_sql(_EMPTY.format(table), (application_id,))
            _many(connection, change, [(application_id, *row) for row in rows])
        connection.exec_driver_sql(_NO_DEBT.format(table), (application_id,))
    take_goal_away(connection, application_id, goal_id)
    for table in ("goal_figures", "event_conversions"):
        text = f"DELETE FROM {table} WHERE application_id = ? AND goal_id = ?"  # noqa: S608 - our own names
        connection.exec_driver_sql(text, (application_id, goal_id))


def count_worth_anew(connection: Connection, application_id: int, currency: str) -> None:
    """What attributed conversions were worth, from now on told in another currency: of all time, out of what was counted."""
    for table, worth in zip(_FIGURES, _WORTH, strict=True):
        connection.exec_driver_sql(_NO_CENTS.format(table), (application_id,))
        connection.exec_driver_sql(worth, (application_id, currency))


def forget_event_conversions(connection: Connection, application_ids: Iterable[int], first: int) -> None:
    """Removes what was counted of single events on days before `first`, some of it: the rest goes the next time."""
    _many(connection, _FORGET, [(number, first, FORGOTTEN_AT_ONCE) for number in application_ids])


def _goal_key(one: Conversion) -> GoalKey:
    return (one.application_id, one.hour, one.goal_id, one.event_type_id, one.currency, one.attribution, one.arm)


def _event_key(one: Conversion) -> tuple[Any, ...]:
    return (one.application_id, one.hour // HOURS_A_DAY, one.event_id, one.goal_id, one.currency)


def _many(connection: Connection, text: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(text, rows)
