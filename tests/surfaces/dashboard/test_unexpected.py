"""What nobody expected: a page with a number, and the rest in the log alone."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, cast

import pytest
from tests.surfaces.dashboard.ground import Dashboard

from tidings.config import load
from tidings.storage.store import Store
from tidings.surfaces.context import Context
from tidings.surfaces.dashboard.endpoint import PageEndpoint, places
from tidings.surfaces.dashboard.plumbing import PREFIX, Page, Route, Visit, Work


def ask(route: Route, path: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of one GET, without a server: these pages ask for no database."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    context = Context(load({}, {}), cast(Store, None), b"s" * 32)
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
        "path_params": {"token": "x"},
    }
    asyncio.run(PageEndpoint(context, route, places())(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]).decode()


def broken(_visit: Visit) -> Work:
    raise RuntimeError("the secret of the house")


def wrong_template(_visit: Visit) -> Work:
    return Page("log_in.html", {"nobody": False})  # without what it names


@pytest.mark.parametrize("handler", [broken, wrong_template])
def test_what_nobody_expected_is_a_page_with_a_number(handler: Any, caplog: pytest.LogCaptureFixture) -> None:
    route = Route("/broken", {"GET": handler}, {"GET": "nobody"})
    with caplog.at_level(logging.ERROR):
        status, headers, body = ask(route, f"{PREFIX}/broken")
    assert status == 500
    number = re.search(r"<code>([0-9a-f]{16})</code>", body)
    assert number
    assert number[1] in caplog.text
    assert "Traceback" in caplog.text
    for kept_back in ("the secret of the house", "Traceback", "RuntimeError", ".py"):
        assert kept_back not in body
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_the_secret_of_a_link_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    route = Route("/invitation/{token}", {"GET": broken}, {"GET": "nobody"})
    with caplog.at_level(logging.ERROR):
        assert ask(route, f"{PREFIX}/invitation/the-secret-of-the-link")[0] == 500
    assert "the-secret-of-the-link" not in caplog.text


def test_who_is_logged_in_keeps_the_ways_to_go(dashboard: Dashboard) -> None:
    """At an address that leads nowhere, at one of another application, and where the role is too weak."""
    viewer = dashboard.as_role("viewer")
    for path, status in ((f"{PREFIX}/no/such/page", 404), (f"{PREFIX}/applications/999999", 404), ("/events/1/edit", 403)):
        page = viewer.get(path)
        assert page.status == status
        assert 'href="/dashboard/account"' in page.text, path
    page = viewer.get("/events/99999999?done=saved")
    assert page.status == 404
    assert f'href="{dashboard.base}/events"' in page.text
    assert "Saved." not in page.text
    assert f'href="{dashboard.base}/events"' in viewer.post("/settings/token", {}).text
    stranger = dashboard.as_role(None).get("")
    assert stranger.status == 404
    assert f'href="{dashboard.base}/events"' not in stranger.text
    nobody = dashboard.nobody()
    for method in ("GET", "POST", "DELETE"):
        refused = nobody.ask(method, f"{PREFIX}/no/such/page")
        assert refused.status == 404
        assert 'href="/dashboard/account"' not in refused.text
