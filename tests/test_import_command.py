"""`tidings import` and `tidings export`, beside a running server: what they take, refuse and say."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp, LiveServer

NewServer = Callable[..., LiveServer]

ORDERS = (
    "Order ID,Order Date,Billing Name,City,Product Name,Size\n"
    "o-1,2026-03-04 10:00,Mia Silva,Lisbon,Desk,L\n"
    "o-2,,Jo,Cork,Lamp,M\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, "utf-8")
    return path


def run(app: LiveApp, file: Path, *options: str) -> Any:
    return app.server.command_line("import", str(file), "--app", str(app.id), *options)


def test_events_come_with_a_report(live_app: LiveApp, file: Path, tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"
    done = run(live_app, file, "--map", "Size=further_field", "--time-zone", "Europe/Lisbon", "--refused", str(refused))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Imported 1, there already 0, refused 1.\n  row 3: The row has no time\n"
    event = live_app.events()[0]
    assert (event["first_name"], event["title"], event["external_id"]) == ("Mia", "Desk", "o-1")
    assert event["created_at"].startswith("2026-03-04T10:00")
    assert event["custom_event_fields_attributes"][0]["value"] == "L"
    rows = list(csv.reader(refused.open(encoding="utf-8-sig", newline="")))
    assert rows[1][:3] == ["3", "The row has no time", "o-2"]


def test_a_file_that_is_done_is_not_imported_again(live_app: LiveApp, file: Path) -> None:
    assert run(live_app, file).returncode == 0
    again = run(live_app, file)
    assert again.returncode == 1
    assert "imported already" in again.stderr
    once_more = run(live_app, file, "--again", "--json")
    assert json.loads(once_more.stdout)["known"] == 1
    assert live_app.count() == 1


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--map", "Nothing=title"), 2, "no column"),
        (("--map", "City=nothing"), 2, "no field"),
        (("--event-type", "nothing"), 1, "Event type tag is unknown"),
        (("--time-format", "nothing"), 2, "One of"),
        (("--map", "Order Date="), 1, "which column is the time"),
    ],
)
def test_what_will_not_do_is_said_before_anything_is_imported(
    live_app: LiveApp, file: Path, options: tuple[str, ...], code: int, sentence: str
) -> None:
    done = run(live_app, file, *options)
    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert live_app.count() == 0


def test_an_ambiguous_day_is_asked(live_app: LiveApp, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("date,title\n03/04/2026,A\n", "utf-8")
    asked = run(live_app, file)
    assert asked.returncode == 1
    assert "--time-format day_first or month_first" in asked.stderr
    assert run(live_app, file, "--time-format", "month_first").returncode == 0
    assert live_app.events()[0]["created_at"].startswith("2026-03-04")


def test_files_and_applications_that_are_not_there(live: Live, live_app: LiveApp, file: Path, tmp_path: Path) -> None:
    assert run(live_app, tmp_path / "nothing.csv").returncode == 2
    unknown = live.server.command_line("import", str(file), "--app", "999999")
    assert (unknown.returncode, unknown.stderr) == (1, "There is no application 999999.\n")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"PK\x03\x04")
    assert "ZIP archive" in run(live_app, broken).stderr
    nothing = live.server.command_line("export", "--app", "999999", "--output", str(tmp_path / "x.jsonl"))
    assert (nothing.returncode, nothing.stderr) == (1, "There is no application 999999.\n")
    assert not (tmp_path / "x.jsonl").exists()


def test_what_is_exported_is_imported(live: Live, live_app: LiveApp, file: Path, tmp_path: Path) -> None:
    live_app.post_event(title="One", external_id="x-1", custom_event_fields_attributes={"size": "L"})
    other, exported = live.new_application(), tmp_path / "all.jsonl"
    done = live.server.command_line("export", "--app", str(live_app.id), "--output", str(exported))
    assert (done.returncode, done.stdout) == (0, "")
    assert [path.name for path in tmp_path.glob("all.*")] == ["all.jsonl"]
    to_output = live.server.command_line("export", "--app", str(live_app.id))
    assert to_output.stdout.splitlines()[1:] == exported.read_text("utf-8").splitlines()[1:]
    assert run(other, exported).returncode == 0
    assert [(event["title"], event["created_at"]) for event in other.events()] == [
        (event["title"], event["created_at"]) for event in live_app.events()
    ]


def test_what_is_being_taken_out_is_not_imported_meanwhile(new_server: NewServer, file: Path) -> None:
    server = new_server()
    app = server.create_application()
    assert run(app, file).returncode == 0
    server.stop()
    with closing(sqlite3.connect(server.database)) as database, database:
        database.execute("UPDATE imports SET state = 'undoing'")
    for options in ((), ("--again",)):
        refused = run(app, file, *options)
        assert refused.returncode == 1
        assert "are being taken out again" in refused.stderr
