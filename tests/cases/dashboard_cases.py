"""What must be so before and after the rows `dashboard` of bad_inputs.jsonl."""

from __future__ import annotations

from collections.abc import Callable

from tests.cases.dashboard_ground import client_of
from tests.cases.ground import Ground
from tests.cases.setups import post_hostile_texts
from tests.surfaces.dashboard.ground import PREFIX
from tests.wire import Exchange


def log_out(ground: Ground) -> None:
    """The row goes on with the cookie of before."""
    session = ground.values["SESSION"]
    client = client_of(ground)
    assert client.get(f"{PREFIX}/account").status == 200
    assert client.post(f"{PREFIX}/log-out").status == 303
    assert session not in client.cookies.values()


def to_the_log_in(_ground: Ground, exchanges: list[Exchange]) -> None:
    answer = exchanges[-1].answers[-1]
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"{PREFIX}/log-in")


def to_the_first_page(_ground: Ground, exchanges: list[Exchange]) -> None:
    assert exchanges[-1].answers[-1].headers["location"] == PREFIX


def nobody_was_made(ground: Ground, _exchanges: list[Exchange]) -> None:
    assert "eve@shop.example" not in ground.server.command_line("user", "list").stdout


def texts_are_text(_ground: Ground, exchanges: list[Exchange]) -> None:
    text = exchanges[-1].answers[-1].text
    assert "alert(1)" in text, "the events are listed"
    assert "<script>alert" not in text
    assert "&lt;/script&gt;" in text


def no_token_anywhere(ground: Ground, exchanges: list[Exchange]) -> None:
    for path in ("", "/settings", "/install", "/tokens"):
        page = client_of(ground).get(path)
        assert page.status == 200, path
        assert ground.mine.auth_token not in page.text
        assert ground.mine.row["client_secret"] not in page.text
    assert ground.mine.auth_token not in str(exchanges[-1].answers[-1].headers)
    assert ground.mine.auth_token not in ground.server.log


SETUPS: dict[str, Callable[[Ground], None]] = {"DB-009": log_out, "DB-025": post_hostile_texts}
CHECKS: dict[str, Callable[[Ground, list[Exchange]], None]] = {
    **dict.fromkeys(("DB-009", "DB-010", "OWN-202"), to_the_log_in),
    **dict.fromkeys(("DB-018", "DB-019", "DB-021", "DB-023", "DB-024"), to_the_first_page),
    "DB-025": texts_are_text,
    "DB-043": no_token_anywhere,
    "OWN-205": nobody_was_made,
}
