"""`tidings app rotate-token` and `app delete` beside a running server: in force from the next request on."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.commands import clean_environment, wait_until
from tests.conftest import ClockedServer, Live
from tests.live import LiveApp, LiveServer


def list_events(app: LiveApp, token: str) -> int:
    return app.server.request("GET", "/api/v1/applications/me/events", {"Authorization": f"Token {token}"}).status


def test_a_rotated_token_is_refused_from_the_next_request_on(live: Live) -> None:
    app = live.server.create_application()
    tokens = [app.auth_token]
    for _ in range(3):
        assert list_events(app, tokens[-1]) == 200
        ended = app.server.command_line("app", "rotate-token", str(app.id))
        assert ended.returncode == 0, ended.stderr
        token = ended.stdout.strip()
        assert ended.stdout == f"{token}\n"
        assert len(token) == 43
        assert [list_events(app, old) for old in tokens] == [401] * len(tokens)
        assert list_events(app, token) == 200
        tokens.append(token)
    assert live.a.request("GET", "").status == live.b.request("GET", "").status == 200


def test_another_process_is_noticed_without_delay(new_server: Callable[..., LiveServer]) -> None:
    """Many rotations in one other process, the old and the new token tried after each."""
    server = new_server()
    app = server.create_application()
    program = (
        "import sys\nfrom pathlib import Path\nfrom tidings.domain.applications import rotate_token\n"
        "from tidings.storage.engine import writing_engine\n"
        "engine = writing_engine(Path(sys.argv[1]), checkpoints=False)\n"
        "for _ in sys.stdin:\n    with engine.begin() as connection:\n"
        "        token = rotate_token(connection, int(sys.argv[2]))\n"
        "    print(token, flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(server.database), str(app.id)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean_environment({})
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        token = app.auth_token
        for _ in range(50):
            other.stdin.write("\n")
            other.stdin.flush()
            old, token = token, other.stdout.readline().strip()
            assert (list_events(app, old), list_events(app, token)) == (401, 200)
        other.stdin.close()
    assert other.returncode == 0


def test_the_end_of_an_application(live: Live) -> None:
    app = live.server.create_application("Over", "https://over.example")
    app.post_event()
    of_others = live.b.count()
    asked = app.server.command_line("app", "delete", str(app.id))
    assert asked.returncode != 0
    assert "Over" in asked.stdout
    assert "Traceback" not in asked.stderr
    assert app.count() == 1
    assert app.server.get(f"/api/v1/{app.client_id}/load.js").status == 200
    ended = app.server.command_line("app", "delete", str(app.id), "--yes")
    assert (ended.returncode, ended.stdout) == (0, f"Deleted application {app.id}.\n")
    assert app.request("GET", "").status == 401
    assert app.server.get(f"/api/v1/{app.client_id}/load.js").status == 404
    assert app.server.get(f"/js-obj/{app.client_id}/30/0.json").status == 404
    assert live.b.count() == of_others


@pytest.mark.parametrize("command", [("rotate-token",), ("delete", "--yes")])
def test_what_is_not_there(live: Live, command: tuple[str, ...]) -> None:
    ended = live.server.command_line("app", *command, "987654")
    assert (ended.returncode, ended.stderr) == (1, "There is no application 987654.\n")
    for wrong in ("x", "0", "-1", "9223372036854775808"):
        assert live.server.command_line("app", *command, wrong).returncode == 2


def test_a_person_is_forgotten_beside_a_running_server(clocked: ClockedServer) -> None:
    app = clocked.create_application("Forgetful", "https://forget.example")
    kept = app.post_event(title="kept", email_address="bob@shop.example")["id"]
    gone = [
        app.post_event(title="gone", first_name="Grace", external_id=f"order-{number}", email_address=address)["id"]
        for number, address in enumerate(("Grace@Shop.example", " grace@shop.example", "other@shop.example"))
    ]
    assert {event["id"] for event in app.feed()} == {kept, *gone}
    told = clocked.command_line("app", "forget", str(app.id), "--email", "GRACE@shop.example", "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {
        "application_id": app.id,
        "events": 2,
        "event_ids": gone[:2],
        "conversions": 0,
        "import_rows": 0,
        "other_keys": 0,
    }
    told = clocked.command_line("app", "forget", str(app.id), "--external-id", "order-2")
    assert told.stdout == f"Application {app.id} forgot: events 1 ({gone[2]}), conversions 0.\n"
    assert [event["id"] for event in app.events()] == [kept]
    for query in ("field=email_address&q=grace@shop.example", "field=external_id&q=order-2"):
        assert app.request("GET", f"/events/find?{query}").status == 404
    clocked.move_clock(41)
    wait_until("the next feed", lambda: [event["id"] for event in app.feed()] == [kept])
    told = clocked.command_line("app", "forget", str(app.id), "--external-id", "order-2")
    assert (told.returncode, told.stdout) == (0, f"Application {app.id} has nothing of this person.\n")


def test_whom_was_forgotten_is_in_no_file_after_an_orderly_end(new_server: Callable[..., LiveServer]) -> None:
    server = new_server()
    app = server.create_application()
    app.post_event(first_name="Philippa Unmistakable", email_address="philippa@shop.example")
    app.feed()
    assert server.command_line("app", "forget", str(app.id), "--email", "philippa@shop.example").returncode == 0

    def holding() -> list[str]:
        files = sorted(server.folder.glob("tidings.db*"))
        return [file.name for file in files if b"Philippa Unmistakable" in file.read_bytes()]

    assert holding() == ["tidings.db-wal"]
    assert server.stop() == 0
    assert holding() == []


def test_a_key_that_is_not_the_servers_forgets_nobody(new_server: Callable[..., LiveServer]) -> None:
    """Whoever types the command in a shell without the server's environment is told so, and no key is made."""
    server = new_server(env={"TIDINGS_SECRET_KEY": "k" * 40})
    app = server.create_application()
    numbers = [app.post_event(email_address="ada@shop.example")["id"]]
    forget = ("app", "forget", str(app.id), "--email", "ada@shop.example")
    files = {file.name for file in server.folder.iterdir()}
    for key in (None, "l" * 40):
        server.env = {} if key is None else {"TIDINGS_SECRET_KEY": key}
        ended = server.command_line(*forget)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "TIDINGS_SECRET_KEY" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert server.command_line("app", "forget", str(app.id), "--external-id", "order-1").returncode == 0
    assert {file.name for file in server.folder.iterdir()} == files
    assert "other secret key" not in server.log

    # The server runs with another key now: it says so, serves, and what either key hashed is found with that one.
    assert server.stop() == 0
    assert "1 other secret key:" in server.start().log
    numbers.append(app.post_event(email_address="ada@shop.example")["id"])
    for key, number in (("l" * 40, numbers[1]), ("k" * 40, numbers[0])):
        server.env = {"TIDINGS_SECRET_KEY": key}
        ended = server.command_line(*forget)
        assert ended.stdout == f"Application {app.id} forgot: events 1 ({number}), conversions 0.\n"
        assert "other secret keys" in ended.stderr
    assert app.events() == []


def test_whom_to_forget_has_to_be_said(live: Live) -> None:
    for names in ((), ("--email", " "), ("--external-id", "")):
        ended = live.server.command_line("app", "forget", str(live.a.id), *names)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr
    ended = live.server.command_line("app", "forget", "999999", "--email", "a@b.example")
    assert ended.returncode == 1
    assert "999999" in ended.stderr
