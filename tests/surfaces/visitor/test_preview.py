"""Previews over a real socket: how long they hold, and that what has no token is served as ever."""

from __future__ import annotations

import pytest
from tests.conftest import ClockedServer
from tests.live import LiveApp
from tests.surfaces.dashboard.ground import Dashboard
from tests.surfaces.dashboard.test_preview import feed, load, settings_in, tried

from tidings.domain.previews import LASTS
from tidings.surfaces.visitor.previews import token_of


@pytest.fixture
def clocked_dashboard(clocked: ClockedServer) -> Dashboard:
    return Dashboard(clocked, clocked.create_application("Shop", "https://a.example"))


def test_a_preview_ends(clocked: ClockedServer, clocked_dashboard: Dashboard) -> None:
    app = clocked_dashboard.application
    found = tried(clocked_dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    settings = settings_in(load(app, found["token"]).text)
    clocked.move_clock(LASTS / 1_000 - 60)
    assert settings_in(load(app, found["token"]).text)["theme"] == "theme2"
    assert feed(app, settings).status == 200
    clocked.move_clock(61)
    answer = load(app, found["token"])
    assert (answer.status, "this preview has ended" in answer.text) == (200, True)
    assert "clientHash" not in answer.text
    assert feed(app, settings).status == 404


def test_another_query_is_no_preview(live_app: LiveApp) -> None:
    plain = live_app.server.request("GET", f"/api/v1/{live_app.client_id}/load.js")
    for query in ("shop=x.example", "previewed=1", "a=preview", "preview_=x"):
        answer = live_app.server.request("GET", f"/api/v1/{live_app.client_id}/load.js?{query}")
        assert (answer.body, answer.headers["cache-control"]) == (plain.body, plain.headers["cache-control"])


def test_methods_below_preview(live_app: LiveApp) -> None:
    assert live_app.server.request("OPTIONS", "/preview/x/api/v1/y/track").status == 204
    assert live_app.server.request("HEAD", "/preview/frame.js").status == 200
    assert live_app.server.request("HEAD", f"/api/v1/{live_app.client_id}/load.js?preview=x").status == 200
    large = live_app.server.request("POST", "/preview/x/api/v1/y/track", {"Content-Type": "text/plain"}, "x" * 100_000)
    assert large.status == 204


@pytest.mark.parametrize(
    ("query", "token"),
    [
        (b"", None),
        (b"shop=1", None),
        (b"preview=abc", "abc"),
        (b"preview=abc&frame", "abc"),
        (b"preview=a&preview=b", "b"),
        (b"preview=", ""),
        (b"preview", ""),
        (b"preview=\xff", ""),
        (b"preview=a" + b"&a" * 30, ""),
    ],
)
def test_the_token_in_a_query(query: bytes, token: str | None) -> None:
    assert token_of(query) == token
