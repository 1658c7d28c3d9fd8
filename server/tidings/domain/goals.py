"""Goals: making, listing, changing and deleting them."""

import msgspec
from msgspec import UNSET, Struct
from sqlalchemy import Connection

from tidings.domain.applications import random_letters
from tidings.domain.applications import retrieve as retrieve_application
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.goal import Goal, GoalChanges, GoalDraft
from tidings.storage import goals as stored
from tidings.storage.conversions import delete_conversions_of
from tidings.storage.goal_figures import delete_figures_of

ID_LETTERS = 8
# Every page of the application is told of those with page rules, and every list is read at once.
MOST_GOALS = 500


class Page(Struct, frozen=True):
    """Goals in the order of their making; `has_more`: there are others in the direction that was asked for."""

    goals: list[Goal]
    has_more: bool


def create(connection: Connection, *, application_id: int, draft: GoalDraft, now: int) -> Goal:
    """Makes a goal. `now`: milliseconds. Raises Conflict when there are too many."""
    if stored.number_of_goals(connection, application_id) >= MOST_GOALS:
        raise Conflict(f"There are {MOST_GOALS} goals already", code="too_many")
    goal = Goal(
        id=random_letters(ID_LETTERS),
        application_id=application_id,
        name=draft.name,
        currency=draft.currency,
        page_rules=draft.page_rules,
        created_at=now,
        updated_at=now,
    )
    stored.insert_goal(connection, goal)
    return goal


def retrieve(connection: Connection, *, application_id: int, goal_id: str) -> Goal:
    """One goal. Raises NotFound, for another application's goal too: nobody learns that it exists."""
    goal = stored.goal_by_id(connection, application_id, goal_id)
    if goal is None:
        raise NotFound("Event not found", code="goal_not_found")
    return goal


def every(connection: Connection, *, application_id: int) -> list[Goal]:
    """All goals, oldest first: MOST_GOALS at most."""
    return stored.goals_of(connection, application_id)


def list_page(connection: Connection, *, application_id: int, after: str | None, before: str | None, limit: int) -> Page:
    """The first goals, those that follow on `after`, or those just before `before`. Raises Invalid for an unknown cursor."""
    if before is not None:
        cursor = _cursor(connection, application_id, before, "ending_before")
        found = stored.goals_before(connection, application_id, cursor, limit + 1)
        return Page(found[:limit][::-1], has_more=len(found) > limit)
    start = None if after is None else _cursor(connection, application_id, after, "starting_after")
    found = stored.goals_after(connection, application_id, start, limit + 1)
    return Page(found[:limit], has_more=len(found) > limit)


def _cursor(connection: Connection, application_id: int, goal_id: str, field: str) -> Goal:
    goal = stored.goal_by_id(connection, application_id, goal_id)
    if goal is None:
        raise Invalid(f"{field} names no event of this site", field=field, code="unknown_cursor")
    return goal


def update(connection: Connection, *, application_id: int, goal_id: str, changes: GoalChanges, now: int) -> Goal:
    """Changes a goal; conversions keep the currency that they were counted in. Raises NotFound."""
    before = retrieve(connection, application_id=application_id, goal_id=goal_id)
    sent = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    after = msgspec.structs.replace(before, **sent)
    if after != before:
        after = msgspec.structs.replace(after, updated_at=now)
        stored.update_goal(connection, after)
    return after


def delete(connection: Connection, *, application_id: int, goal_id: str) -> None:
    """Removes a goal with its conversions, and what they added to any figures. Raises NotFound."""
    retrieve(connection, application_id=application_id, goal_id=goal_id)
    currency = retrieve_application(connection, application_id).display.currency
    delete_figures_of(connection, application_id, goal_id, currency)
    delete_conversions_of(connection, application_id, goal_id)
    stored.delete_goal(connection, goal_id)
