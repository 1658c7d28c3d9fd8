"""The command line handled badly: usage and exit code 2, or one sentence and exit code 1; never a traceback."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.commands import clean_environment, free_port, tidings
from tests.conftest import ClockedServer
from tests.faults.test_second_server import assert_one_sentence
from tests.live import LiveServer

NewServer = Callable[..., LiveServer]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("serve", "--fast"),
        ("serve", "--port"),
        ("app",),
        ("app", "create"),
        ("app", "create", "--nme", "x"),
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = tidings(*arguments, cwd=tmp_path)
    assert ended.returncode == 2
    said = ended.stdout + ended.stderr
    assert "Usage" in said or "requires an argument" in said
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "where"),
    [
        *(("serve", where) for where in ("a folder", "below a file", "no rights", "a text file", "no path", "in memory")),
        *((command, "a text file") for command in ("migrate", "app list")),
    ],
)
def test_impossible_database(tmp_path: Path, command: str, where: str) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear diary\n" * 50)
    targets = {
        "a folder": f"sqlite:///{tmp_path}",
        "below a file": f"sqlite:///{notes}/tidings.db",
        "no rights": "sqlite:////proc/tidings.db",
        "a text file": f"sqlite:///{notes}",
        "no path": "sqlite://",
        "in memory": "sqlite:///:memory:",
    }
    port = ("--port", str(free_port())) if command == "serve" else ()
    ended = tidings(*command.split(), *port, "--database", targets[where], cwd=tmp_path)
    assert ended.returncode in (1, 2)
    assert_one_sentence(ended.stderr)
    assert ended.stdout == ""
    assert list(tmp_path.iterdir()) == [notes]
    assert notes.read_text() == "Dear diary\n" * 50


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("PORT", "eighty", "eighty"),
        ("PORT", "70000", "70000"),
        ("BASE_URL", "shop.example", "shop.example"),
        ("RATE_LIMITS", "maybe", "maybe"),
        ("LOG_FORMAT", "yaml", "yaml"),
        ("DATABSE_URL", "sqlite:///x.db", "DATABASE_URL"),
        ("SECRET_KEY_FILE", "/nowhere/key", "/nowhere/key"),
    ],
)
def test_bad_setting_is_named(tmp_path: Path, name: str, value: str, shown: str) -> None:
    ended = tidings("settings", cwd=tmp_path, env={f"TIDINGS_{name}": value})
    assert ended.returncode == 1
    assert_one_sentence(ended.stderr, f"TIDINGS_{name}", shown)


def test_a_password_in_a_database_url_is_not_printed(tmp_path: Path) -> None:
    url = "postgresql://tidings:hunter2@db.example/tidings"
    for ended in (
        tidings("serve", "--database", url, cwd=tmp_path),
        tidings("settings", cwd=tmp_path, env={"TIDINGS_DATABASE_URL": url}),
    ):
        assert ended.returncode in (1, 2)
        assert "hunter2" not in ended.stdout + ended.stderr
        assert_one_sentence(ended.stderr)


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\x00b"], ids=["empty", "too long", "NUL"])
def test_impossible_application(tmp_path: Path, name: str) -> None:
    arguments = ["app", "create", "--url", "https://shop.example", "--json"]
    if "\0" in name:  # no command line can hold one; a newline is the nearest thing
        name = "a\nb\x1b[31m"
    ended = tidings(*arguments, "--name", name, cwd=tmp_path)
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr
    listed = tidings("app", "list", "--json", cwd=tmp_path)
    assert json.loads(listed.stdout) == []


@pytest.mark.parametrize("url", ["", "shop.example", "javascript:alert(1)", "https://user:pw@shop.example"])
def test_impossible_application_url(tmp_path: Path, url: str) -> None:
    ended = tidings("app", "create", "--name", "Shop", "--url", url, "--json", cwd=tmp_path)
    assert ended.returncode in (1, 2)
    assert "Traceback" not in ended.stderr


def test_output_that_nobody_reads(tmp_path: Path) -> None:
    """A full disk or a closed pipe: no traceback, and a code that says that output was lost."""
    command = [sys.executable, "-m", "tidings", "settings"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command, cwd=tmp_path, env=clean_environment(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode != 0
    assert b"Traceback" not in ended.stderr

    piped = subprocess.Popen(command, cwd=tmp_path, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert piped.stdout is not None
    assert piped.stderr is not None
    piped.stdout.close()
    assert b"Traceback" not in piped.stderr.read()
    assert piped.wait(20) != 0


@pytest.mark.parametrize("around", ["odd time zone", "no locale, no home", "closed stdin", "log nowhere to go"])
def test_odd_surroundings(new_server: NewServer, tmp_path: Path, around: str) -> None:
    env = {"odd time zone": {"TZ": "Weird/Nowhere"}, "no locale, no home": {"LANG": "C", "LC_ALL": "C", "HOME": ""}}
    command = [sys.executable, "-m", "tidings", "serve"]
    port = free_port()
    command += ["--port", str(port), "--database", f"sqlite:///{tmp_path}/tidings.db"]
    output = Path("/dev/full" if around == "log nowhere to go" else tmp_path / "log").open("wb")  # noqa: SIM115
    with output:
        process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" <&-', "sh", *command] if around == "closed stdin" else command,
            cwd=tmp_path,
            env=clean_environment(env.get(around)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = new_server(start=False, port=port, database=tmp_path / "tidings.db")
    server.process = process
    server.wait_ready()
    application = server.create_application("Käse & Brot")
    assert application.post_event(first_name="Zoë")["first_name"] == "Zoë"
    assert server.stop() == 0


@pytest.mark.parametrize(
    ("when", "seconds"), [("1970", 3600), ("2038", 2**31 + 60), ("2106", 2**32 + 60), ("9990", 253_087_000_000)]
)
def test_odd_clock(tmp_path: Path, when: str, seconds: int) -> None:
    with ClockedServer(tmp_path / "server", offset=seconds - time.time()) as server:
        application = server.create_application()
        event = application.post_event()
        assert event["created_at"].startswith(when)
        assert 0 <= event["created_at_to_seconds_from_epoch"] - seconds < 60
        (shown,) = application.feed()
        assert shown["id"] == event["id"]
        assert "ago" in shown["time_ago"] or "now" in shown["time_ago"]
        assert server.stop() == 0


def test_migrate_killed_at_random_moments(tmp_path: Path) -> None:
    """What the kills leave behind is finished, or begun again, by the next run; never half a schema."""
    chance = random.Random(9)
    command = [sys.executable, "-m", "tidings", "migrate", "--database", f"sqlite:///{tmp_path}/tidings.db"]
    for _ in range(8):
        process = subprocess.Popen(command, cwd=tmp_path, env=clean_environment(), start_new_session=True)
        time.sleep(chance.uniform(0.25, 0.8))  # the random moment of the kill
        process.send_signal(signal.SIGKILL)
        process.wait()
    with LiveServer(tmp_path, database=tmp_path / "tidings.db") as server:
        assert server.create_application().post_event()["id"] == 1


def test_migrate_twice(tmp_path: Path) -> None:
    first, second = (tidings("migrate", cwd=tmp_path) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
