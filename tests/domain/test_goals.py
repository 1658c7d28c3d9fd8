"""Goals: ids that are read aloud, an order that holds, and a limit."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from tidings.domain import applications, goals
from tidings.errors import Conflict, Invalid
from tidings.records.goal import GoalChanges, GoalDraft

NOW = 1_795_000_000_000


@pytest.fixture
def connection(connection: Connection) -> Connection:
    for name in ("A", "B"):
        applications.create(connection, name, "https://a.example", NOW)
    return connection


def make(connection: Connection, now: int = NOW, application_id: int = 1) -> str:
    return goals.create(connection, application_id=application_id, draft=GoalDraft("Goal"), now=now).id


def test_ids_have_no_letters_that_read_alike(connection: Connection) -> None:
    ids = [make(connection) for _ in range(200)]
    assert len(set(ids)) == 200
    letters = set("".join(ids))
    assert letters <= set("ABCDEFGHJKLMNPQRSTUVWXYZ")
    assert len(letters) == 24
    assert {len(one) for one in ids} == {8}


def test_an_application_has_so_many_and_no_more(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(goals, "MOST_GOALS", 3)
    for _ in range(3):
        make(connection)
    with pytest.raises(Conflict):
        make(connection)
    make(connection, application_id=2)


def test_pages_of_goals_that_were_made_at_one_moment(connection: Connection) -> None:
    """Those of one millisecond have an order all the same: none is left out, none comes twice."""
    ids = {make(connection, NOW + number // 4) for number in range(10)}
    make(connection, application_id=2)

    def walk(*, forwards: bool) -> list[str]:
        found: list[str] = []
        cursor = None
        if not forwards:
            cursor = everything()[-1]
            found = [cursor]
        while True:
            after, before = (cursor, None) if forwards else (None, cursor)
            page = goals.list_page(connection, application_id=1, after=after, before=before, limit=3)
            names = [goal.id for goal in page.goals]
            found = found + names if forwards else names + found
            if not page.has_more:
                return found
            cursor = names[-1] if forwards else names[0]

    def everything() -> list[str]:
        page = goals.list_page(connection, application_id=1, after=None, before=None, limit=100)
        assert not page.has_more
        return [goal.id for goal in page.goals]

    assert set(everything()) == ids
    assert walk(forwards=True) == walk(forwards=False) == everything()
    with pytest.raises(Invalid):
        goals.list_page(connection, application_id=2, after=everything()[0], before=None, limit=3)


def test_what_does_not_change_is_no_change(connection: Connection) -> None:
    goal_id = make(connection)
    before = goals.retrieve(connection, application_id=1, goal_id=goal_id)
    same = GoalChanges(name="Goal", currency="dollar")
    assert goals.update(connection, application_id=1, goal_id=goal_id, changes=same, now=NOW + 5) == before
    other = goals.update(connection, application_id=1, goal_id=goal_id, changes=GoalChanges(name="Other"), now=NOW + 5)
    assert (other.name, other.currency, other.created_at, other.updated_at) == ("Other", "dollar", NOW, NOW + 5)
