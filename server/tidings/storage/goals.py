"""Goals in SQL."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update

from tidings.records.goal import Goal
from tidings.records.page_rule import PageRule
from tidings.storage.goal_tables import goals
from tidings.storage.store import bump_revision

_place = tuple_(goals.c.created_at, goals.c.id)
_of_application = goals.c.application_id == bindparam("application_id")
_all = select(goals).where(_of_application).order_by(goals.c.created_at, goals.c.id)
_by_id = select(goals).where(_of_application, goals.c.id == bindparam("id"))
_by_ids = select(goals).where(goals.c.id.in_(bindparam("ids", expanding=True)))
_number = select(func.count()).where(_of_application)
_first = _all.limit(bindparam("limit"))
_after = _all.where(_place > tuple_(bindparam("at"), bindparam("of"))).limit(bindparam("limit"))
_before = (
    select(goals)
    .where(_of_application, _place < tuple_(bindparam("at"), bindparam("of")))
    .order_by(goals.c.created_at.desc(), goals.c.id.desc())
    .limit(bindparam("limit"))
)
_update = update(goals).where(goals.c.id == bindparam("goal_id"))
_delete = delete(goals).where(goals.c.id == bindparam("goal_id"))


def insert_goal(connection: Connection, goal: Goal) -> None:
    """Stores a new goal."""
    connection.execute(insert(goals), msgspec.structs.asdict(goal) | {"page_rules": _json(goal)})
    bump_revision(connection)


def update_goal(connection: Connection, goal: Goal) -> None:
    """Stores a goal that is there, as it is to be from now on."""
    values = {"name": goal.name, "currency": goal.currency, "page_rules": _json(goal), "updated_at": goal.updated_at}
    connection.execute(_update.values(**values), {"goal_id": goal.id})
    bump_revision(connection)


def delete_goal(connection: Connection, goal_id: str) -> None:
    """Removes a goal alone, not what was counted of it."""
    connection.execute(_delete, {"goal_id": goal_id})
    bump_revision(connection)


def goal_by_id(connection: Connection, application_id: int, goal_id: str) -> Goal | None:
    """One goal of an application."""
    row = connection.execute(_by_id, {"application_id": application_id, "id": goal_id}).one_or_none()
    return None if row is None else _goal(row)


def goals_by_ids(connection: Connection, ids: Iterable[str]) -> dict[str, Goal]:
    """Of these goals, of whatever application, those that are there."""
    return {row.id: _goal(row) for row in connection.execute(_by_ids, {"ids": list(ids)})}


def goals_of(connection: Connection, application_id: int) -> list[Goal]:
    """Every goal of an application, oldest first."""
    return [_goal(row) for row in connection.execute(_all, {"application_id": application_id})]


def number_of_goals(connection: Connection, application_id: int) -> int:
    """How many goals an application has."""
    return int(connection.execute(_number, {"application_id": application_id}).scalar_one())


def goals_after(connection: Connection, application_id: int, after: Goal | None, limit: int) -> list[Goal]:
    """Goals in the order of their making, from the first, or from the one that follows `after`."""
    named = {"application_id": application_id, "limit": limit}
    if after is None:
        return [_goal(row) for row in connection.execute(_first, named)]
    return [_goal(row) for row in connection.execute(_after, named | {"at": after.created_at, "of": after.id})]


def goals_before(connection: Connection, application_id: int, before: Goal, limit: int) -> list[Goal]:
    """Goals that come before this one, the nearest first."""
    named = {"application_id": application_id, "limit": limit, "at": before.created_at, "of": before.id}
    return [_goal(row) for row in connection.execute(_before, named)]


def _json(goal: Goal) -> str:
    return msgspec.json.encode(goal.page_rules).decode()


def _goal(row: Row[tuple[object, ...]]) -> Goal:
    values = dict(row._mapping)
    values["page_rules"] = msgspec.json.decode(values["page_rules"], type=tuple[PageRule, ...])
    return Goal(**values)
