"""kill -9 in the middle of an import, in the server and in the command: it goes on, and each row is there once."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.commands import clean_environment, tidings, wait_until
from tests.live import LiveApp, LiveServer
from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.import_ground import Sent, sent

NewServer = Callable[..., LiveServer]
ROWS = 6_000
# Without an external id, so that nothing but the import itself can keep a row from coming twice; every tenth is refused.
FILE = "created_at,title\n" + "".join(
    f"{'' if number % 10 == 0 else '2026-01-01 10:00:00Z'},Row {number}\n" for number in range(ROWS)
)


def imported(server: LiveServer, application: LiveApp) -> tuple[list[str], dict[str, int]]:
    """The titles of all events, and what the import says of itself."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        titles = [row[0] for row in database.execute("SELECT title FROM events WHERE application_id = ?", (application.id,))]
        names = ("imported", "known", "refused", "position")
        row = database.execute(f"SELECT {', '.join(names)} FROM imports WHERE application_id = ?", (application.id,))
        return titles, dict(zip(names, row.fetchone(), strict=True))


def is_past(server: LiveServer, application: LiveApp, position: int) -> bool:
    return imported(server, application)[1]["position"] > position


def has_more(application: LiveApp, before: int, process: subprocess.Popen[bytes]) -> bool:
    return application.count() > before or process.poll() is not None


def assert_each_row_is_there_once(server: LiveServer, application: LiveApp) -> None:
    titles, told = imported(server, application)
    wanted = sorted(f"Row {number}" for number in range(ROWS) if number % 10)
    assert sorted(titles) == wanted
    assert told == {"imported": len(wanted), "known": 0, "refused": ROWS - len(wanted), "position": ROWS + 1}
    assert application.count() == len(wanted)


def test_the_server_goes_on_where_it_was(new_server: NewServer) -> None:
    server = new_server()
    application = server.create_application()
    client = Dashboard(server, application).as_role("editor")
    one = sent(client, FILE)
    one.start()
    chance = random.Random(8)
    before = 0
    for _ in range(4):
        wait_until("it moves", partial(is_past, server, application, before), 30)
        time.sleep(chance.uniform(0, 0.15))  # the moment of the kill is the round's random figure
        server.kill()
        titles, told = imported(server, application)
        assert len(titles) == told["imported"]
        before = told["position"]
        server.start()
    Sent(client, one.path).wait(60)
    assert_each_row_is_there_once(server, application)


def test_the_command_goes_on_where_it_was(new_server: NewServer, tmp_path: Path) -> None:
    server = new_server()
    application = server.create_application()
    file = tmp_path / "orders.csv"
    file.write_text(FILE, "utf-8")
    arguments = ["import", str(file), "--app", str(application.id), "--json", "--database", f"sqlite:///{server.database}"]
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "tidings", *arguments],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        before = application.count()
        wait_until("it moves", partial(has_more, application, before, process), 30)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        titles, told = imported(server, application)
        assert len(titles) == told["imported"]
    finished = tidings(*arguments, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["refused"] == ROWS // 10
    assert_each_row_is_there_once(server, application)
    again = tidings(*arguments, cwd=tmp_path)
    assert again.returncode == 1
    assert "was imported already" in again.stderr
    assert application.count() == ROWS - ROWS // 10
