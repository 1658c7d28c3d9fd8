"""Whose a row of an import is: an address wherever it stands and however it is written, an id only where ids stand."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import Connection

from tidings.domain import applications, import_people, imports
from tidings.domain.forget import Forgotten, forget_some
from tidings.records.imports import NewImport, Plan, Row

NOW = 1_800_000_000_000
COLUMNS = ("created_at", "Qty", "Order", "Email", "Note")
PLAN = Plan(("created_at", "", "external_id", "email_address", ""))
OWN = ("2026-01-01", "1", "o-1", "jo@x.example", "")


def waiting(connection: Connection, some: list[Row], plan: Plan | None = PLAN) -> int:
    """The application of a file that waits."""
    application_id = applications.create(connection, "Shop", "https://shop.example", NOW).entry.application.id
    one = imports.begin(connection, NewImport(application_id, "dashboard", "", "orders.csv", "reading", NOW))
    imports.add_rows(connection, one, some, NOW)
    if plan is not None:
        imports.make_ready(connection, one, COLUMNS, plan, "", NOW)
    return application_id


def forget(connection: Connection, application_id: int, **person: str) -> Forgotten:
    return forget_some(connection, application_id=application_id, secret=b"secret", **person)


def left(connection: Connection) -> list[int]:
    return [row[0] for row in connection.exec_driver_sql("SELECT number FROM import_rows ORDER BY number")]


def with_email(cell: object) -> Row:
    return Row(2, (*OWN[:3], cell, ""))


@pytest.mark.parametrize(
    ("email", "cell"),
    [
        ("ada@x.example", " Ada@X.example "),
        ("äda@x.example", "ÄDA@x.example"),
        ("äda@x.example", unicodedata.normalize("NFD", "ÄDA@x.example")),
        ("ÄDA@x.example", "äda@x.example"),
        ("kim@x.example", "\u212aim@x.example"),
        ("ada@x.example", "Ada <ada@x.example>"),
        ("äda@x.example", "Ada <Äda@x.example>, hello"),
        ("ada@x.example", "ada@x.example; jo@x.example."),
        ('"a"@x.example', '"A"@x.example'),
        ("ada@x.example", {"to": ["ADA@x.example"]}),
    ],
)
def test_an_address_is_found_as_events_know_it(connection: Connection, email: str, cell: object) -> None:
    application_id = waiting(connection, [with_email(cell), Row(3, OWN), Row(4, (*OWN[:4], cell))])
    assert forget(connection, application_id, email=email).rows == 2
    assert left(connection) == [3]


@pytest.mark.parametrize(
    "cell", ["hada@x.example", "ada@x.example.org", "b.ada@x.example", "ada@x.examples", "ada", None, 7]
)
def test_another_address_is_somebody_else(connection: Connection, cell: object) -> None:
    application_id = waiting(connection, [with_email(cell)])
    assert forget(connection, application_id, email="ada@x.example").rows == 0
    assert left(connection) == [2]


def test_an_id_is_one_only_where_ids_stand(connection: Connection) -> None:
    rows = [Row(2, ("2026-01-01", "7", "o-1")), Row(3, ("2026-01-01", 7, "O-7")), Row(4, ("2026-01-01", "7", "7"))]
    application_id = waiting(connection, [*rows, Row(5, (None, None, 7, None, None))])
    assert forget(connection, application_id, external_id=" 7 ").rows == 2
    assert left(connection) == [2, 3]
    assert forget(connection, application_id, external_id="o-7").rows == 0


def test_a_row_that_was_not_taken_apart_is_looked_through(connection: Connection) -> None:
    line, longer = '{"created_at": …, "Order": "o-7"', ("x", "x", "x", "x", "x", "o-7")
    rows = [Row(2, (line,), "The line is not JSON"), Row(3, longer, "The row has 6 cells"), Row(4, ("so-7",), "no")]
    application_id = waiting(connection, rows)
    assert forget(connection, application_id, external_id="o-7").rows == 2
    assert left(connection) == [4]


def test_before_anybody_said_what_columns_are_every_one_may_be_it(connection: Connection) -> None:
    application_id = waiting(connection, [Row(2, ("7", "x")), Row(3, ("17", "x"))], None)
    assert forget(connection, application_id, external_id="7").rows == 1


def test_many_rows_are_looked_at_some_at_a_time(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_people, "ROWS_A_STEP", 4)
    hers = with_email("ada@x.example").cells
    application_id = waiting(connection, [Row(number, OWN if number % 3 else hers) for number in range(1, 13)])
    place, taken, steps = import_people.START, 0, 0
    more = True
    while more:
        some = forget_some(connection, application_id=application_id, secret=b"", email="ada@x.example", place=place)
        more, place, taken, steps = some.more, some.place, taken + some.rows, steps + 1
    assert (taken, steps) == (4, 4)
    assert left(connection) == [number for number in range(1, 13) if number % 3]
