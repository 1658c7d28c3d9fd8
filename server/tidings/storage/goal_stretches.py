"""Sums of what was counted of goals, in SQL: kept with every change of `goal_figures`, and read over any span of hours."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from tidings.records.conversion import CLICKED, HELD, SHOWN, UNATTRIBUTED
from tidings.records.statistics import Reach
from tidings.storage.stretches import LENGTHS, begin_of, cover, runs_text

# The sums of all goals together stand under this id.
ALL_GOALS = ""

_REACH = ("number", "cents", "attributed", "attributed_cents", "held", "held_cents")
_NUMBERS = (*_REACH, "clicked", "clicked_cents", "firsts_shown", "firsts_held")
_CREDIT = ("number", "cents")
_KEY = ("application_id", "goal_id", "hours", "begins", "currency")
_CREDIT_KEY = ("application_id", "goal_id", "hours", "begins", "event_type_id", "currency")


def _adding(table: str, keys: tuple[str, ...], numbers: tuple[str, ...], rows: str = "", sign: str = "+") -> str:
    values = rows or f"VALUES ({', '.join('?' * (len(keys) + len(numbers)))})"
    sets = ", ".join(f"{name} = {table}.{name} {sign} excluded.{name}" for name in numbers)
    return (
        f"INSERT INTO {table} ({', '.join((*keys, *numbers))}) {values} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sets}"
    )


def _taking(table: str, keys: tuple[str, ...], numbers: tuple[str, ...]) -> tuple[str, str]:
    """Takes a goal's sums (?2) out of those of all goals; and removes them."""
    of_all = ", ".join(f"'{ALL_GOALS}'" if name == "goal_id" else name for name in keys)
    where = "WHERE application_id = ?1 AND goal_id = ?2"
    rows = f"SELECT {of_all}, {', '.join(numbers)} FROM {table} {where} ORDER BY {', '.join(keys)}"  # noqa: S608
    return _adding(table, keys, numbers, rows, "-"), f"DELETE FROM {table} {where}"  # noqa: S608 - our own names


_ADD = _adding("goal_stretches", _KEY, _NUMBERS)
_ADD_CREDIT = _adding("credit_stretches", _CREDIT_KEY, _CREDIT)
_TAKE_GOAL = (
    *_taking("goal_stretches", _KEY, _NUMBERS),
    *_taking("credit_stretches", _CREDIT_KEY, _CREDIT),
)
_SUMS = ", ".join(f"sum(s.{name})" for name in _REACH)
# One short search for each run of stretches, and of each goal.
_IN_RUNS = """
    s.application_id = ? AND s.goal_id = {goal} AND s.hours = runs.hours AND s.begins >= runs.first AND s.begins < runs.until
"""
_BY_GOAL = f"""
    SELECT g.id, s.currency, {_SUMS}, sum(s.clicked), sum(s.clicked_cents)
    FROM goals g CROSS JOIN runs CROSS JOIN goal_stretches s
    WHERE g.application_id = ? AND {_IN_RUNS.format(goal="g.id")} {{only}} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - our own names
_BY_EVENT_TYPE = f"""
    SELECT s.event_type_id, s.currency, sum(s.number), sum(s.cents) FROM runs CROSS JOIN credit_stretches s
    WHERE {_IN_RUNS.format(goal="?")} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 - our own names
_CREDIT_BY_EVENT_TYPE = f"""
    SELECT s.event_type_id, sum(s.number), sum(CASE WHEN s.currency = ? THEN s.cents ELSE 0 END)
    FROM runs CROSS JOIN credit_stretches s WHERE {_IN_RUNS.format(goal="?")} GROUP BY 1
"""  # noqa: S608 - our own names
_FIRSTS = f"""
    SELECT coalesce(sum(s.firsts_shown), 0), coalesce(sum(s.firsts_held), 0) FROM runs CROSS JOIN goal_stretches s
    WHERE {_IN_RUNS.format(goal="?")}
"""  # noqa: S608 - our own names
_BY_STRETCH = f"""
    SELECT (s.begins - ?) / ? AS stretch, s.currency, {_SUMS} FROM goal_stretches s
    WHERE s.application_id = ? AND s.goal_id = ? AND s.hours = 1 AND s.begins >= ? AND s.begins < ? GROUP BY 1, 2
"""  # noqa: S608 - our own names


class Change(Struct, frozen=True):
    """What a row of goal_figures has more, or less, than before."""

    application_id: int
    hour: int
    goal_id: str
    event_type_id: int
    currency: str
    attribution: int
    arm: int
    number: int
    cents: int
    firsts: int


def add_changes(connection: Connection, changes: Iterable[Change]) -> None:
    """Adds what rows of goal_figures have more now to the sums of each length that they are in; what they have less too."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    credits: dict[tuple[Any, ...], list[int]] = {}
    for one in changes:
        credited, held = one.attribution != UNATTRIBUTED, one.arm == HELD
        pair = (one.number, one.cents)
        numbers = [
            *pair,
            *(pair if credited else (0, 0)),
            *(pair if held else (0, 0)),
            *(pair if one.attribution == CLICKED else (0, 0)),
            one.firsts if one.arm == SHOWN else 0,
            one.firsts if held else 0,
        ]
        for goal_id in (one.goal_id, ALL_GOALS):
            for length in LENGTHS:
                place = (one.application_id, goal_id, length, begin_of(one.hour, length))
                _sum(sums, (*place, one.currency), numbers)
                if credited:
                    _sum(credits, (*place, one.event_type_id, one.currency), pair)
    for text, rows in ((_ADD, sums), (_ADD_CREDIT, credits)):
        if rows:
            connection.exec_driver_sql(text, [(*key, *numbers) for key, numbers in rows.items()])


def _sum(sums: dict[tuple[Any, ...], list[int]], key: tuple[Any, ...], numbers: Iterable[int]) -> None:
    before = sums.get(key)
    sums[key] = [*numbers] if before is None else [one + other for one, other in zip(before, numbers, strict=True)]


def take_goal_away(connection: Connection, application_id: int, goal_id: str) -> None:
    """Removes the sums of a goal, and takes them out of those of all goals."""
    for text in _TAKE_GOAL:
        connection.exec_driver_sql(text, (application_id, goal_id))


def reach_by_stretch(
    connection: Connection, application_id: int, goal_id: str | None, start: int, length: int, first: int, end: int
) -> list[tuple[int, str, Reach]]:
    """Of the hours from `first` up to `end`, in stretches of `length` hours from the hour `start` on, which is number 0.

    Of each and each currency; of one goal alone where one is named.
    """
    values = (start, length, application_id, goal_id or ALL_GOALS, first, end)
    rows = connection.exec_driver_sql(_BY_STRETCH, values)
    return [(row[0], row[1], Reach(*row[2:])) for row in rows]


def reach_by_goal(
    connection: Connection, application_id: int, first: int, end: int, goal_id: str | None = None
) -> list[tuple[str, str, Reach, int, int]]:
    """Of each goal, or of one, and currency; at the end what of it is put down to a click: how many, and cents."""
    runs, numbers = runs_text(cover(first, end))
    values: list[Any] = [*numbers, application_id, application_id]
    text = _BY_GOAL.format(only="" if goal_id is None else "AND g.id = ?")
    rows = connection.exec_driver_sql(runs + text, tuple(values if goal_id is None else [*values, goal_id]))
    return [(row[0], row[1], Reach(*row[2:8]), row[8], row[9]) for row in rows]


def reach_by_event_type(
    connection: Connection, application_id: int, first: int, end: int, goal_id: str | None = None
) -> list[tuple[int, str, Reach]]:
    """Of each event type and currency: what is put down to it. Of one goal alone where one is named."""
    runs, numbers = runs_text(cover(first, end))
    rows = connection.exec_driver_sql(runs + _BY_EVENT_TYPE, (*numbers, application_id, goal_id or ALL_GOALS))
    return [(row[0], row[1], Reach(row[2], row[3], row[2], row[3])) for row in rows]


def credit_by_event_type(
    connection: Connection, application_id: int, first: int, end: int, currency: str
) -> dict[int, tuple[int, int]]:
    """What is put down to each event type, by id: how many, of every currency, and cents of this one."""
    runs, numbers = runs_text(cover(first, end))
    rows = connection.exec_driver_sql(runs + _CREDIT_BY_EVENT_TYPE, (*numbers, currency, application_id, ALL_GOALS))
    return {event_type_id: (number, cents) for event_type_id, number, cents in rows.all()}


def firsts_by_arm(connection: Connection, application_id: int, first: int, end: int) -> dict[int, int]:
    """Visitors of each arm who reached a goal after they were counted."""
    runs, numbers = runs_text(cover(first, end))
    row = connection.exec_driver_sql(runs + _FIRSTS, (*numbers, application_id, ALL_GOALS)).one()
    return {SHOWN: row[0], HELD: row[1]}
