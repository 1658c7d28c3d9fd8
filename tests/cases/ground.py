"""Where a case is played: a server, the two applications of the placeholders, and what must hold after any request."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.cases import dashboard_ground
from tests.live import LiveApp, LiveServer
from tests.wire import Answer, Exchange


@dataclass
class Ground:
    """One row's ground. `mine` is the application of `{TOKEN}`, `other` the one of `{OTHER_…}`.

    `trap_port`: a listener of the test that nobody should ever call.
    """

    server: LiveServer
    mine: LiveApp
    other: LiveApp
    other_event: dict[str, Any]
    trap_port: int
    row: dict[str, Any]
    seconds: float = 0.0
    kept: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def event(self) -> dict[str, Any]:
        """The event of `{EVENT_ID}`, made when first asked for."""
        return self.mine.post_event(title="Event of this row")

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the placeholders stand for."""
        values = {
            "HOST": f"127.0.0.1:{self.server.port}",
            "TRAP_PORT": self.trap_port,
            "SESSION": "0123456789abcdef",
            "NOW": int(time.time()),
            "TRACK": f"/api/v1/{self.mine.client_id}/track",
            "OTHER_EVENT_ID": self.other_event["id"],
        }
        for prefix, application in (("", self.mine), ("OTHER_", self.other)):
            values[f"{prefix}TOKEN"] = application.auth_token
            values[f"{prefix}CLIENT_ID"] = application.client_id
            values[f"{prefix}APP_ID"] = application.id
            values[f"{prefix}EVENT_TYPE_ID"] = application.event_type_id
            values[f"{prefix}SITE"] = application.row["site_id"]
        if "{EVENT_ID}" in str(self.row["request"]):
            values["EVENT_ID"] = self.event["id"]
        if "{GOAL" in str(self.row["request"]):
            values["GOALS_TOKEN"] = goals_token(self.mine)
            values["GOAL"] = new_goal(self.mine, values["GOALS_TOKEN"])
        if self.row["surface"] == "dashboard":
            values |= dashboard_ground.values(self)
        return values

    def get_event(self, number: int) -> dict[str, Any]:
        """An event of mine as the API tells it."""
        answer = self.mine.request("GET", f"/events/{number}")
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def feed_path(self, limit: int = 30, bucket: int = 1474604200, suffix: str = "json") -> str:
        return f"/js-obj/{self.mine.client_id}/{limit}/{bucket}.{suffix}"


_goals_tokens: dict[str, str] = {}


def goals_token(application: LiveApp) -> str:
    """A token that manages the goals of an application, made once."""
    if application.client_id not in _goals_tokens:
        made = application.server.command_line("token", "create", "--app", str(application.id), "--json")
        _goals_tokens[application.client_id] = json.loads(made.stdout)["token"]
    return _goals_tokens[application.client_id]


def new_goal(application: LiveApp, token: str) -> str:
    """The id of a goal of this row's own."""
    url, headers = f"/v1/sites/{application.row['site_id']}/events", {"Authorization": f"Bearer {token}"}
    made = application.server.request("POST", url, headers, {"name": "Goal of this row"})
    assert made.status == 200, made.text
    return str(made.json()["id"])


def assert_refusal(answer: Answer) -> None:
    """The error envelope of the REST API, whole: what every refusal under /api looks like."""
    assert answer.headers["content-type"].startswith("application/json"), answer.headers
    assert answer.headers.get("x-content-type-options") == "nosniff", answer.headers
    envelope = answer.json()
    assert set(envelope) == {"error", "message", "success"}, envelope
    assert envelope["success"] is False
    error = envelope["error"]
    assert set(error) in ({"message", "code"}, {"message", "code", "field"}), error
    assert error["message"] == envelope["message"] != ""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error["code"]), error
    if answer.status in (429, 503):
        assert int(answer.headers["retry-after"]) > 0
    if answer.status == 405:
        assert answer.headers["allow"]


def matches(status: str, expected: str) -> bool:
    """Whether a status (`200`, `close`, …) is one of the alternatives, such as `400|4xx|close`."""
    return any(
        status == alternative or (alternative.endswith("xx") and status[0] == alternative[0])
        for alternative in expected.split("|")
    )


def judge(ground: Ground, exchanges: list[Exchange]) -> None:
    """Hold the answers against the row's `expect`: status, envelope, what must be absent, what must be said."""
    expect = ground.row["expect"]
    judged = exchanges[-1:] if "steps" in ground.row["request"] else exchanges
    for exchange in judged:
        seen = f"{exchange.status} {exchange.answers[-1].text[:300] if exchange.answers else ''}"
        assert expect["status"] == "n/a" or matches(exchange.status, expect["status"]), seen
        for answer in exchange.answers:
            assert answer.status < 500, seen
            judge_answer(ground, answer)


def judge_answer(ground: Ground, answer: Answer) -> None:
    expect = ground.row["expect"]
    if expect.get("json_error") and answer.status >= 400:
        assert_refusal(answer)
    if "field" in expect:
        assert answer.json()["error"].get("field") == expect["field"], answer.text
    if "message" in expect:
        assert answer.json()["message"] == expect["message"]
    for name, value in expect.get("body", {}).items():
        assert answer.json()[name] == value
    if "custom_fields" in expect:
        found = answer.json()["custom_event_fields_attributes"]
        assert [[pair["key"], pair["value"]] for pair in found] == expect["custom_fields"]
    for absent in expect.get("body_absent", ()):
        assert absent not in answer.text
        assert absent not in str(answer.headers)
    if ground.row["surface"] == "dashboard":
        dashboard_ground.judge_page(answer)
    elif not ground.row["surface"].endswith("_api"):
        judge_public(answer)
    if ground.row["surface"] == "tracking":
        judge_beacon(answer)
    if ground.row["surface"] == "goals_api" and answer.status >= 400:
        assert set(answer.json()) == {"error", "message"}, answer.text
        assert answer.json()["error"] == answer.json()["message"] != ""


def judge_public(answer: Answer) -> None:
    """What a page loads is never HTML, is never sniffed, and sets no cookie, whatever was asked."""
    kind = answer.headers.get("content-type", "")
    if answer.status == 204:
        assert (answer.body, kind) == (b"", "")
        kind = "text/plain"
    assert kind.startswith(("text/javascript", "application/json", "text/plain")), kind
    if answer.status == 200:
        assert kind == "text/javascript; charset=utf-8"
        assert answer.headers["access-control-allow-origin"] == "*"
    if answer.status < 500 and answer.status not in (400, 431):
        assert answer.headers.get("x-content-type-options") == "nosniff"
    assert "set-cookie" not in answer.headers


def judge_beacon(answer: Answer) -> None:
    """Any page may send one, nothing keeps the answer."""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
