"""How much imports take: the room of a file's rows, and how many files may wait."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection
from tests.domain.test_imports import NOW, rows, shop, tidy

from tidings.domain import imports
from tidings.errors import Conflict, NotFound, TooLarge
from tidings.records.imports import NewImport, Row


def test_a_row_takes_no_room_for_what_is_not_in_it(connection: Connection) -> None:
    application_id = shop(connection)
    some = [Row(2, (None,) * 148 + ("x",)), Row(3, (None,) * 5), Row(4, ("a", None, None, None)), Row(5, ())]
    new = NewImport(application_id, "dashboard", "", "a.jsonl", "reading", NOW)
    one = imports.begin(connection, new)
    assert imports.add_rows(connection, one, some, NOW, 1_000) < 1_100
    assert imports.first_rows(connection, one, 10) == some


def test_the_rows_of_a_file_take_so_much_room_and_no_more(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_CHARACTERS", 100)
    one = imports.begin(connection, NewImport(shop(connection), "dashboard", "", "a.csv", "reading", NOW))
    characters = imports.add_rows(connection, one, [Row(2, ("x" * 90,))], NOW)
    with pytest.raises(TooLarge, match="too much room"):
        imports.add_rows(connection, one, [Row(3, ("\1" * 2,))], NOW, characters)


def test_how_much_may_wait(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    application_id = shop(connection)
    monkeypatch.setattr(imports, "MOST_ROWS", 3)
    new = NewImport(application_id, "dashboard", "mia@shop.example", "orders.csv", "reading", NOW)
    one = imports.begin(connection, new)
    imports.add_rows(connection, one, rows(["A"] * 3), NOW)
    with pytest.raises(TooLarge, match="more than 3 rows"):
        imports.add_rows(connection, one, rows(["A"], 5), NOW)
    for _ in range(imports.MOST_WAITING - 1):
        imports.begin(connection, new)
    with pytest.raises(Conflict):
        imports.begin(connection, new)
    # Neither are they forgotten behind others, nor does cancelling give their room back before it is tidied.
    for _ in range(imports.LISTED + 1):
        imports.begin(connection, NewImport(application_id, "command", "", "a.csv", "running", NOW))
    imports.cancel(connection, application_id, one.id, NOW)
    with pytest.raises(Conflict):
        imports.begin(connection, new)
    tidy(connection, NOW)
    imports.begin(connection, new)
    with pytest.raises(NotFound):
        imports.begin(connection, NewImport(999, "dashboard", "", "", "reading", NOW))
