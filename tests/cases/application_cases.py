"""Rows of bad_inputs.jsonl about an application's settings and token: setups, plays and checks by the row's id."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cases.ground import Ground
from tests.wire import Exchange

PRIVATE = {"email_address": "buyer@example.com", "ip_address": "203.0.113.9"}
# More settings than two: each is set by a request of its own, all at once.
AT_ONCE: dict[str, Any] = {
    "name": "Fifty",
    "url": "https://fifty.example",
    "language": "de",
    "page_load": 5,
    "display_for": 6,
    "display_interval": 8,
    "maximum_per_page": "9",
    "limit": 10,
    "randomize": True,
    "closable": False,
    "hide_mobile": True,
    "loop_notification": True,
    "display_threshold": 11,
    "display_period": 3,
    "time_ago_threshold": 12,
    "time_ago_period": 2,
    "position": "top_right",
    "theme": "custom",
    "custom_css": "a{}",
    "utm_source": "s",
    "utm_medium": "m",
    "manual_trigger": True,
    "feed_mode": True,
    "name_display": "initial",
    "storage": "session",
    "consent_required": True,
    "installed": True,
}


def application(ground: Ground) -> dict[str, Any]:
    """The application as the API tells it."""
    answer = ground.mine.request("GET", "")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def remember(ground: Ground) -> None:
    """Keeps what there is before the row. (A row with a setup gets an application of its own.)"""
    ground.kept["application"] = application(ground)
    ground.kept["other"] = ground.other.request("GET", "").json()


def rotate(ground: Ground) -> None:
    """EV-012: the row speaks with the old token; everything else with the new one."""
    assert ground.values["TOKEN"] == ground.mine.auth_token
    ended = ground.server.command_line("app", "rotate-token", str(ground.mine.id))
    assert ended.returncode == 0, ended.stderr
    ground.mine.auth_token = ended.stdout.strip()


def switch_off_while_cached(ground: Ground) -> None:
    """LJ-029."""
    before = ground.server.get(f"/api/v1/{ground.mine.client_id}/load.js")
    assert '"enabled":true' in before.text
    assert ground.mine.request("PATCH", "", {"enabled": 0}).status == 200


def is_off(ground: Ground, exchanges: list[Exchange]) -> None:
    assert '"enabled":false' in exchanges[-1].answers[-1].text


def all_at_once(ground: Ground) -> list[Exchange]:
    """AP-082: fifty requests, each with another setting (each setting twice)."""

    def ask(number: int) -> Exchange:
        name = list(AT_ONCE)[number % len(AT_ONCE)]
        answer = ground.mine.request("PATCH", f"/{ground.mine.id}", {"application": {name: AT_ONCE[name]}})
        return Exchange([answer], "enough")

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(ask, range(50)))


def nothing_lost(ground: Ground, exchanges: list[Exchange]) -> None:
    assert {name: application(ground)[name] for name in AT_ONCE} == AT_ONCE


def untouched_when_refused(ground: Ground, exchanges: list[Exchange]) -> None:
    """A refusal changes nothing; what is taken is an application in the documented types; the other one is as it was."""
    found = application(ground)
    if exchanges[-1].answers[-1].status >= 400:
        assert found == ground.kept["application"]
    assert isinstance(found["maximum_per_page"], str)
    assert found["position"] in ("bottom_left", "bottom_right", "top_left", "top_right")
    assert ground.other.request("GET", "").json() == ground.kept["other"]


def in_the_link(ground: Ground, exchanges: list[Exchange]) -> None:
    """A campaign is percent-encoded wherever it goes, and comes back whole when the link is read."""
    source = json.loads(ground.row["request"]["body"])["application"]["utm_source"]
    event = ground.mine.post_event()
    link = urlsplit(event["link"])
    assert parse_qs(link.query)["utm_source"] == [source]
    assert not set(event["link"]) & set("\r\n<>")
    ground.mine.delete_event(event["id"])


def says_nothing_private(ground: Ground, exchanges: list[Exchange]) -> None:
    event = ground.mine.post_event(**PRIVATE)
    assert event["message"] == ""
    assert "buyer" not in str(ground.mine.feed())
    ground.mine.delete_event(event["id"])


def says_where(ground: Ground, exchanges: list[Exchange]) -> None:
    message = exchanges[-1].answers[-1].json()["message"]
    assert "line 1, column " in message


ROWS = [f"AP-{number:03}" for number in range(2, 84)]
SETUPS: dict[str, Callable[[Ground], object]] = {
    **dict.fromkeys(ROWS, remember),
    "EV-012": rotate,
    "LJ-029": switch_off_while_cached,
}
PLAYS: dict[str, Callable[[Ground], list[Exchange]]] = {"AP-082": all_at_once}
CHECKS: dict[str, Callable[[Ground, list[Exchange]], None]] = {
    **dict.fromkeys(ROWS, untouched_when_refused),
    "AP-003": says_where,
    **dict.fromkeys(("AP-043", "AP-044"), in_the_link),
    **{f"AP-{number:03}": says_where for number in range(49, 58)},
    **dict.fromkeys(("AP-060", "AP-061"), says_nothing_private),
    "AP-082": nothing_lost,
    "LJ-029": is_off,
}
