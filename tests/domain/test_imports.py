"""Imports step by step: each row once, refused ones with their reason, one after the other, undone and tidied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from tidings.domain import applications, imports
from tidings.domain.events import Wanted, list_page, new_event, record
from tidings.domain.forget import forget_some
from tidings.errors import Conflict, Invalid, NotFound
from tidings.records.event import EventDraft
from tidings.records.imports import Import, NewImport, Plan, Row
from tidings.records.statistics import DAY
from tidings.storage.leases import free_leases, make_leases, take_lease
from tidings.surfaces.import_rows import row_draft

NOW = 1_800_000_000_000
PLAN = Plan(("created_at", "title", "external_id"))


def read_row(_one: Import, row: Row, now: int) -> EventDraft:
    """A row as these tests write it: a time in milliseconds, a title, an id."""
    at, title, external_id = row.cells
    if title == "bad":
        raise Invalid("The title is bad")
    return EventDraft(event_type_tag="new_order", created_at=at, title=title, external_id=external_id)


GROUND = imports.Ground(read_row, b"secret")


def shop(connection: Connection) -> int:
    return applications.create(connection, "Shop", "https://shop.example", NOW).entry.application.id


def rows(titles: list[str], first: int = 2) -> list[Row]:
    return [Row(number, (NOW - number, title, None)) for number, title in enumerate(titles, first)]


def uploaded(connection: Connection, application_id: int, some: list[Row], now: int = NOW) -> Import:
    new = NewImport(application_id, "dashboard", "mia@shop.example", "orders.csv", "reading", now)
    one = imports.begin(connection, new)
    imports.add_rows(connection, one, some, now)
    return imports.make_ready(connection, one, ("created_at", "title", "external_id"), PLAN, "", now)


def started(connection: Connection, application_id: int, some: list[Row], now: int = NOW) -> Import:
    return imports.start(connection, application_id, uploaded(connection, application_id, some, now).id, now)


def work(connection: Connection, ground: imports.Ground = GROUND, now: int = NOW) -> int:
    """Steps until there is nothing more to do; how many."""
    steps = 0
    while imports.work_off(connection, now, ground):
        steps += 1
    return steps


def titles(connection: Connection, application_id: int) -> list[str | None]:
    entry = imports.read_entry(connection, applications.retrieve(connection, application_id))
    page = list_page(connection, entry=entry, wanted=Wanted(1_000, with_total=True))
    assert page.total == len(page.events)
    return [event.title for event in page.events]


def again(connection: Connection, one: Import) -> Import:
    return imports.retrieve(connection, one.application_id, one.id)


def test_rows_become_events_some_at_a_time(connection: Connection) -> None:
    application_id = shop(connection)
    one = started(connection, application_id, rows([f"T{n}" for n in range(250)]))
    assert work(connection) == 4
    done = again(connection, one)
    assert (done.state, done.imported, done.known, done.refused, done.position) == ("done", 250, 0, 0, 251)
    assert titles(connection, application_id) == [f"T{n}" for n in range(250)]
    assert done.finished_at == NOW


def test_a_row_is_gone_with_the_step_that_made_an_event_of_it(connection: Connection) -> None:
    one = started(connection, shop(connection), rows([f"T{n}" for n in range(150)]))
    imports.work_off(connection, NOW, GROUND)
    assert len(imports.first_rows(connection, one, 1_000)) == 50


def test_a_step_that_is_rolled_back_has_done_nothing(connection: Connection) -> None:
    application_id = shop(connection)
    one = started(connection, application_id, rows([f"T{n}" for n in range(150)]))
    part = connection.begin_nested()
    imports.work_off(connection, NOW, GROUND)
    part.rollback()
    assert again(connection, one).position == 0
    work(connection)
    assert len(titles(connection, application_id)) == 150


def test_refused_rows_stay_with_their_reasons(connection: Connection) -> None:
    application_id = shop(connection)
    some = [*rows(["A", "bad", "B"]), Row(5, ("x",), "The row has 1 cell")]
    some.append(Row(6, (None, "no time", None)))
    one = started(connection, application_id, some)
    work(connection)
    assert again(connection, one).refused == 3
    assert [(row.number, row.reason) for row in imports.refused_page(connection, one, 0, 10)] == [
        (3, "The title is bad"),
        (5, "The row has 1 cell"),
        (6, "The row has no time"),
    ]
    assert list(imports.refused_cells(connection, one))[1] == (5, "The row has 1 cell", "x")


def test_a_time_in_the_future_is_refused_by_the_doors_way_to_read() -> None:
    plan = Plan(("created_at", "title"), 1, "seconds")
    new = Import(
        1, 1, "dashboard", "", "", "running", ("created_at", "title"), plan, "", None, *[0] * 5, "all", 0, 0, None, 0
    )
    assert row_draft(new, Row(2, (str(NOW // 1_000), "a")), NOW).title == "a"
    with pytest.raises(Invalid, match="The time lies in the future"):
        row_draft(new, Row(2, (str(NOW // 1_000 + 1), "a")), NOW)


def test_what_retention_would_remove_at_once_is_refused(connection: Connection) -> None:
    application_id = shop(connection)
    some = [Row(2, (NOW - 31 * DAY, "old", None)), Row(3, (NOW - 29 * DAY, "new", None))]
    one = started(connection, application_id, some)
    work(connection, imports.Ground(read_row, b"secret", retention_days=30))
    assert titles(connection, application_id) == ["new"]
    reason = imports.refused_page(connection, one, 0, 10)[0].reason
    assert reason == "The row is older than this server keeps events (30 days)"


def test_a_known_external_id_adds_nothing(connection: Connection) -> None:
    application_id = shop(connection)
    some = [Row(number, (NOW, title, title)) for number, title in enumerate(["a", "b", "a"], 2)]
    first = started(connection, application_id, some)
    work(connection)
    second = started(connection, application_id, some)
    work(connection)
    assert [(again(connection, one).imported, again(connection, one).known) for one in (first, second)] == [(2, 1), (0, 3)]


def test_imports_of_one_application_run_one_after_the_other(connection: Connection) -> None:
    shops = [shop(connection), shop(connection)]
    first, second = (started(connection, shops[0], rows([f"{n}"] * 150)) for n in (1, 2))
    other = started(connection, shops[1], rows(["x"] * 150), NOW + 1)
    imports.work_off(connection, NOW + 2, GROUND)
    imports.work_off(connection, NOW + 3, GROUND)
    assert [again(connection, one).imported for one in (first, second, other)] == [100, 0, 100]
    work(connection, now=NOW + 4)
    assert [again(connection, one).imported for one in (first, second, other)] == [150, 150, 150]


def test_starting_lets_the_job_run_at_once(connection: Connection) -> None:
    make_leases(connection, [imports.JOB])
    assert take_lease(connection, imports.JOB, "me", NOW, NOW + 10_000)
    assert not free_leases(connection, NOW)
    started(connection, shop(connection), rows(["A"]))
    assert free_leases(connection, NOW) == {imports.JOB}


def test_undo_takes_out_what_it_added_and_nothing_else(connection: Connection) -> None:
    application_id = shop(connection)
    one = started(connection, application_id, rows(["A"] * 250))
    imports.work_off(connection, NOW, GROUND)
    entry = imports.read_entry(connection, applications.retrieve(connection, application_id))
    record(connection, [new_event(entry, EventDraft(event_type_tag="new_order", title="C", created_at=0), b"", NOW)])
    other = started(connection, application_id, rows(["B"] * 3))
    work(connection)
    assert len(titles(connection, application_id)) == 254
    imports.undo(connection, application_id, one.id, NOW)
    work(connection)
    assert again(connection, one).state == "undone"
    assert titles(connection, application_id) == ["B"] * 3 + ["C"]
    with pytest.raises(Conflict):
        imports.undo(connection, application_id, one.id, NOW)
    assert again(connection, other).state == "done"


def test_a_cancelled_import_goes_no_further(connection: Connection) -> None:
    application_id = shop(connection)
    one = started(connection, application_id, rows(["A"] * 250))
    imports.work_off(connection, NOW, GROUND)
    imports.cancel(connection, application_id, one.id, NOW)
    assert work(connection) == 0
    assert len(titles(connection, application_id)) == 100
    with pytest.raises(Conflict):
        imports.cancel(connection, application_id, one.id, NOW)
    with pytest.raises(Conflict):
        imports.start(connection, application_id, one.id, NOW)


def left(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM import_rows").scalar_one())


def tidy(connection: Connection, now: int) -> None:
    while imports.tidy(connection, now):
        pass


def test_tidying_removes_what_nobody_needs_and_no_more(connection: Connection) -> None:
    application_id = shop(connection)
    cancelled = started(connection, application_id, rows(["A"] * 1_200))
    imports.cancel(connection, application_id, cancelled.id, NOW)
    refused = started(connection, application_id, rows(["bad"] * 3))
    work(connection)
    waiting = uploaded(connection, application_id, rows(["A"] * 2))
    tidy(connection, NOW)
    assert left(connection) == 5
    tidy(connection, NOW + DAY + 1)
    assert left(connection) == 3
    with pytest.raises(NotFound):
        again(connection, waiting)
    assert again(connection, refused).kept == "refused"
    tidy(connection, NOW + 7 * DAY)
    assert (left(connection), again(connection, refused).kept) == (0, "none")
    assert not imports.tidy(connection, NOW + 7 * DAY)


def test_a_person_who_is_forgotten_is_in_no_row_either(connection: Connection) -> None:
    application_id, other = shop(connection), shop(connection)
    some = [Row(2, (NOW, "bad", "Mia@people.example")), Row(3, (NOW, "bad", "jo@people.example"))]
    for one in (application_id, other):
        started(connection, one, some)
    work(connection)
    uploaded(connection, application_id, [Row(2, (NOW, "Desk", "mia@people.example"))])
    forget_some(connection, application_id=application_id, secret=b"secret", email="mia@people.example")
    found = connection.exec_driver_sql("SELECT application_id, cells FROM import_rows ORDER BY 1, 2").all()
    assert [row[0] for row in found] == [application_id, other, other]
    assert "mia" not in found[0][1].lower()


def test_what_a_command_added_is_taken_out_by_the_job(connection: Connection) -> None:
    application_id = shop(connection)
    new = NewImport(
        application_id, "command", "", "orders.csv", "running", NOW, ("created_at", "title", "external_id"), PLAN
    )
    one = imports.begin(connection, new)
    imports.import_rows(connection, one, rows(["A"] * 3), NOW, GROUND)
    assert work(connection) == 0  # the rows are the command's
    imports.finish(connection, again(connection, one), NOW)
    imports.undo(connection, application_id, one.id, NOW)
    assert work(connection)
    assert (again(connection, one).state, titles(connection, application_id)) == ("undone", [])


def test_a_file_that_broke_off_is_removed(connection: Connection) -> None:
    new = NewImport(shop(connection), "dashboard", "mia@shop.example", "orders.csv", "reading", NOW)
    for given_up in (True, False):
        one = imports.begin(connection, new)
        imports.add_rows(connection, one, rows(["A"] * 600), NOW)
        if given_up:
            imports.give_up(connection, one)
        tidy(connection, NOW if given_up else NOW + imports.BROKEN_OFF + 1)
        assert left(connection) == 0


def test_an_application_that_goes_takes_its_imports_along(connection: Connection) -> None:
    @contextmanager
    def transaction() -> Iterator[Connection]:
        with connection.begin_nested():
            yield connection

    application_id = shop(connection)
    started(connection, application_id, rows(["A", "bad"]))
    work(connection)
    uploaded(connection, application_id, rows(["A"]))
    applications.delete(transaction, application_id)
    for table in ("imports", "import_rows", "import_spans"):
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0
