"""`tidings user …` beside a running server, and what `demo` prints of how to log in."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.commands import clean_environment
from tests.conftest import DemoServer, Live
from tests.live import LiveApp, LiveServer
from tests.surfaces.dashboard.ground import PREFIX, Client, Dashboard

from tidings import demo as demo_command
from tidings.config import load
from tidings.domain import audit, users
from tidings.storage.engine import writing_engine
from tidings.storage.migrate import migrate

NOW = 1_795_000_000_000
LOG_IN = f"{PREFIX}/log-in"


@pytest.fixture
def dashboard(live: Live) -> Dashboard:
    return Dashboard(live.server, live.new_application())


def run(server: LiveServer, *arguments: str) -> Any:
    """What a command prints as JSON."""
    ended = server.command_line("user", *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def may_log_in(dashboard: Dashboard, email: str, password: str) -> Client | None:
    client = dashboard.nobody()
    page = client.post(LOG_IN, {"email": email, "password": password})
    return client if page.status == 303 else None


def address(application: LiveApp) -> str:
    return f"ada{application.id}@shop.example"


def test_a_user_is_made_beside_the_server(dashboard: Dashboard) -> None:
    email = address(dashboard.application)
    made = run(dashboard.server, "create", email, "--name", "Ada")
    assert (made["email"], made["name"], made["role"], made["application_id"]) == (email, "Ada", "owner", None)
    assert len(made["password"]) == 24
    client = may_log_in(dashboard, email, made["password"])
    assert client is not None
    assert client.get(f"{PREFIX}/members").status == 200
    listed = next(row for row in run(dashboard.server, "list") if row["email"] == email)
    assert listed["role_everywhere"] == "owner"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", listed["last_log_in_at"])
    assert "password" not in json.dumps(listed)


def test_an_address_is_taken_once(dashboard: Dashboard) -> None:
    client = dashboard.as_role("viewer")
    assert client.user is not None
    again = dashboard.server.command_line("user", "create", client.user.email.upper(), "--json")
    assert again.returncode == 1
    assert "There is a user with this e-mail address already" in again.stderr


def test_a_forgotten_password_and_a_user_who_leaves(dashboard: Dashboard) -> None:
    client = dashboard.as_role("owner")
    assert client.user is not None
    email = client.user.email
    reset = run(dashboard.server, "reset-password", email)
    assert client.get(f"{PREFIX}/account").status == 303, "logged out"
    again = may_log_in(dashboard, email, reset["password"])
    assert again is not None
    ended = dashboard.server.command_line("user", "delete", email)
    assert (ended.returncode, ended.stdout) == (0, f"Deleted user {email}.\n"), ended.stderr
    assert again.get(f"{PREFIX}/account").status == 303


def test_a_member_of_one_application(dashboard: Dashboard) -> None:
    email = address(dashboard.application)
    number = str(dashboard.application.id)
    made = run(dashboard.server, "create", email, "--role", "owner", "--app", number)
    client = may_log_in(dashboard, email, made["password"])
    assert client is not None
    assert client.get(f"{PREFIX}/applications/{number}/members").status == 200
    assert client.get(f"{PREFIX}/members").status == 403
    assert [entry.email for entry in dashboard.audit() if entry.deed == "member.added"] == ["command line"]
    nowhere = dashboard.server.command_line("user", "create", "x" + email, "--app", "99999")
    assert nowhere.returncode == 1
    assert "x" + email not in dashboard.server.command_line("user", "list").stdout, "all or nothing"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "nonsense"), "E-mail address is not valid"),
        (("create", "a@b.example", "--role", "admin"), "admin is not a role"),
        (("create", "a@b.example", "--name", " "), "Name is required"),
        (("delete", "nobody@b.example"), "There is no user nobody@b.example."),
        (("reset-password", "nobody@b.example"), "There is no user nobody@b.example."),
    ],
)
def test_refusals_are_one_sentence(live: Live, arguments: tuple[str, ...], sentence: str) -> None:
    ended = live.server.command_line("user", *arguments)
    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_the_last_owner_of_everything_stays(tmp_path: Path) -> None:
    with LiveServer(tmp_path / "server") as server:
        run(server, "create", "ada@shop.example")
        ended = server.command_line("user", "delete", "ada@shop.example")
        assert ended.returncode == 1
        assert "last owner" in ended.stderr
        run(server, "create", "bob@shop.example")
        assert server.command_line("user", "delete", "ada@shop.example").returncode == 0


def at_a_terminal(server: LiveServer, *arguments: str, answers: tuple[str, ...]) -> tuple[int, str]:
    """Runs a command at a terminal and types `answers`, each when it is asked for; the exit code and what was on screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tidings", *arguments, "--database", server.database_url]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=clean_environment({}), start_new_session=True
    ) as process:
        os.close(theirs)
        screen, answered, waiting, deadline = "", 0, list(answers), time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                read = os.read(ours, 4_096)
            except OSError:  # the other end is closed
                break
            screen += read.decode()
            if waiting and screen[answered:].endswith(": "):  # before the space what is typed is thrown away
                answered = len(screen)
                os.write(ours, (waiting.pop(0) + "\n").encode())
        if time.monotonic() >= deadline:
            process.kill()
        code = process.wait(60)
    os.close(ours)
    return code, screen


def test_at_a_terminal_it_asks_and_shows_no_password(dashboard: Dashboard) -> None:
    email, password = address(dashboard.application), "correct horse battery"
    code, screen = at_a_terminal(dashboard.server, "user", "create", email, answers=(password, password))
    assert code == 0, screen
    assert password not in screen
    assert may_log_in(dashboard, email, password) is not None
    code, screen = at_a_terminal(dashboard.server, "user", "reset-password", email, answers=("short", "short"))
    assert code == 1
    assert "Password has at least 8 characters" in screen
    assert may_log_in(dashboard, email, password) is not None


# -- the demo -----------------------------------------------------------------------------------------------------------


def test_the_demo_prints_how_to_log_in(demo: DemoServer) -> None:
    found = re.search(rf"The dashboard: {demo.base_url}/dashboard\n +E-mail +(\S+)\n +Password +(\S+)\n", demo.log)
    assert found, demo.log
    assert "set-up" not in demo.log
    kept = demo.folder / "var" / "demo.password"
    assert kept.read_text().strip() == found[2]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    secret = (demo.folder / "var" / "demo.db.secret").read_bytes().strip()
    client = Client(demo, secret)
    assert client.post(LOG_IN, {"email": found[1], "password": found[2]}).status == 303
    assert client.get(f"{PREFIX}/members").status == 200


def test_the_demos_log_in_is_found_again_and_never_made_among_others(tmp_path: Path) -> None:
    settings = load({"database_url": f"sqlite:///{tmp_path / 'a.db'}"}, {})
    migrate(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    first = demo_command.prepare_log_in(engine, settings, NOW)
    assert demo_command.prepare_log_in(engine, settings, NOW) == first
    (tmp_path / "demo.password").unlink()
    renewed = demo_command.prepare_log_in(engine, settings, NOW)
    assert renewed[0] == first[0]
    assert renewed[1] != first[1]
    with engine.begin() as connection:
        user = users.named(connection, demo_command.OWNER)
        users.change_password(connection, audit.COMMAND_LINE, user, "something of their own", NOW)
    assert demo_command.prepare_log_in(engine, settings, NOW)[1] == "Password  the one that you have chosen"
    engine.dispose()


def test_on_a_database_with_users_the_demo_makes_none(tmp_path: Path) -> None:
    settings = load({"database_url": f"sqlite:///{tmp_path / 'a.db'}"}, {})
    migrate(tmp_path / "a.db")
    engine = writing_engine(tmp_path / "a.db", checkpoints=False)
    with engine.begin() as connection:
        users.create(connection, None, email="a@b.example", name="A", password_hash="x", role="owner", now=NOW)
    assert demo_command.prepare_log_in(engine, settings, NOW) == ["Log in as one of its users."]
    assert not (tmp_path / "demo.password").exists()
    with engine.begin() as connection:
        assert len(users.every(connection)) == 1
    engine.dispose()


def test_what_commands_do_stands_in_the_audit_log(live: Live) -> None:
    application = live.server.create_application("Noted")
    for arguments in (
        ("app", "rotate-token", str(application.id)),
        ("token", "create", "--app", str(application.id)),
        ("app", "delete", str(application.id), "--yes"),
    ):
        ended = live.server.command_line(*arguments)
        assert ended.returncode == 0, ended.stderr
    entries = Dashboard(live.server, application).audit()
    assert [(entry.deed, entry.email, entry.application_name) for entry in entries] == [
        ("application.deleted", "command line", "Noted"),
        ("token.created", "command line", "Noted"),
        ("application.token_rotated", "command line", "Noted"),
    ]
