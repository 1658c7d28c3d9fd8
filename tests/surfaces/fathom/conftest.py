"""A site on the shared server, a token that manages it, and the way to ask about its goals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tests.conftest import Live
from tests.live import LiveApp
from tests.wire import Answer


def make_token(application: LiveApp, *arguments: str) -> str:
    """A token by `tidings token create`, with these arguments."""
    made = application.server.command_line("token", "create", *arguments, "--json")
    assert made.returncode == 0, made.stderr
    return str(json.loads(made.stdout)["token"])


@dataclass
class Site:
    """An application's goals under /v1, as the holder of `token` sees them."""

    application: LiveApp
    token: str

    @property
    def site_id(self) -> str:
        return str(self.application.row["site_id"])

    @property
    def url(self) -> str:
        return f"/v1/sites/{self.site_id}/events"

    def ask(
        self, method: str, path: str = "", body: Any = None, headers: Mapping[str, str] | None = None, site: str = ""
    ) -> Answer:
        """One call; `path` is below the site's events. `headers` are all that go with it but the token."""
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"/v1/sites/{site}/events" if site else self.url
        return self.application.server.request(method, url + path, sent | dict(headers or {}), body)

    def goal(self, name: str = "Purchase", **members: Any) -> dict[str, Any]:
        """A new goal as the API tells it."""
        answer = self.ask("POST", body={"name": name} | members)
        assert answer.status == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def convert(self, goal_id: str, **members: Any) -> dict[str, Any]:
        """A conversion told by the owner's server."""
        answer = self.ask("POST", f"/{goal_id}/conversions", members)
        assert answer.status == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def found(self, query: str = "") -> dict[str, Any]:
        """What `GET …/conversions` tells."""
        answer = self.application.request("GET", f"/conversions{query}")
        assert answer.status == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(scope="session")
def sites(live: Live) -> list[Site]:
    """Sites that no test has used, and one token that manages them all: a command for each would take a second."""
    applications = live.server.create_applications(200)
    scopes = [part for one in applications for part in ("--scope", f"manage:{one.row['site_id']}")]
    token = make_token(applications[0], *scopes)
    return [Site(application, token) for application in applications]


@pytest.fixture
def site(sites: list[Site]) -> Site:
    return sites.pop()


def refused(answer: Answer, status: int, about: str = "") -> None:
    """Fathom's error: the same sentence twice, and nothing else."""
    assert answer.status == status, f"{answer.status}: {answer.text}"
    told = answer.json()
    assert set(told) == {"error", "message"}
    assert told["error"] == told["message"]
    assert about in told["error"]
