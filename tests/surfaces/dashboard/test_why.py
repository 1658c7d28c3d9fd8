"""“Why is nothing showing?”: the rule that stops it first, for the page and the device that were asked about."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.test_events import plain, record

from tidings.surfaces.context import clock


@pytest.fixture
def viewer(dashboard: Dashboard) -> Client:
    return dashboard.as_role("viewer")


def configure(dashboard: Dashboard, **settings: Any) -> None:
    answer = dashboard.application.request("PATCH", "", {"application": settings})
    assert answer.status == 200, answer.text


def stopping(text: str) -> list[str]:
    """The names of the rules that stop it, the first one first."""
    return re.findall(r'(?:data-stop|<li class="verdict verdict-stops" data-rule)="(\w+)">', text)


def test_it_names_what_stops_it_and_where_that_is_changed(dashboard: Dashboard, viewer: Client) -> None:
    record(dashboard, title="Ink", created_at=clock())
    configure(dashboard, enabled=False, hide_mobile=True, page_rules=[{"match": "exclude", "path": "/cart*"}])
    page = viewer.get(f"/why?url={quote('https://shop.example/cart/1')}&device=phone")
    assert page.status == 200
    assert stopping(page.text) == ["off", "mobile", "page_rule"]
    answer = page.text.split('role="alert"')[1]
    assert "Notifications are switched off. Nothing shows anywhere." in plain(answer)[:90]
    assert plain(page.text).count("Nothing shows anywhere.") == 1
    assert f'href="{dashboard.base}/settings"' in answer.split("</div>")[0]
    assert "exclude /cart*" in page.text


def test_without_a_question_it_is_about_the_site_itself(dashboard: Dashboard, viewer: Client) -> None:
    page = viewer.get("/why")
    assert page.status == 200
    assert 'value="https://shop.example"' in page.text or 'name="url"' in page.text
    assert stopping(page.text) == ["no_events"]
    assert "There is none yet" in plain(page.text)


def test_no_rule_and_no_display_lead_to_the_snippet(dashboard: Dashboard, viewer: Client) -> None:
    event = dashboard.application.post_event(title="Ink")
    text = viewer.get("/why?url=/cart").text
    assert "No rule stops it, yet no page has told of a display" in plain(text)
    assert "/install?url=" in text
    body = f'{{"v":1,"n":"abcdefghij","events":[{{"k":"display","id":{event["id"]},"t":{clock() // 1_000}}}]}}'
    path = f"/api/v1/{dashboard.application.client_id}/track"
    assert dashboard.server.request("POST", path, {"Content-Type": "text/plain"}, body).status == 204
    text = plain(viewer.get("/why?url=/cart").text)
    assert "No rule stops it. The first notification shows" in text
    assert "Last display counted In the hour from" in text
    assert "Events young enough 1 event" in text


@pytest.mark.parametrize("url", ["ftp://shop.example/", "javascript:alert(1)", "<script>", "http://[", "a" * 3_000])
def test_what_is_no_page_is_said_beside_the_field(dashboard: Dashboard, viewer: Client, url: str) -> None:
    for path in ("/why", f"/events/{record(dashboard)}"):
        page = viewer.get(f"{path}?url={quote(url)}")
        assert page.status == 422
        assert 'id="f-url-error"' in page.text
        assert "<script>" not in page.text.split("<main")[1]


def test_an_events_page_is_asked_about_a_page_too(dashboard: Dashboard, viewer: Client) -> None:
    number = record(dashboard, title="Ink", created_at=clock())
    configure(dashboard, page_rules=[{"match": "include", "path": "/blog/*"}])
    assert stopping(viewer.get(f"/events/{number}").text) == []
    assert stopping(viewer.get(f"/events/{number}?url=/cart").text) == ["page_rule"]
    assert stopping(viewer.get(f"/events/{number}?url=/blog/1").text) == []


def test_it_is_switched_on_where_it_says_that_it_is_off(dashboard: Dashboard, viewer: Client) -> None:
    configure(dashboard, enabled=False)
    assert "/switch" not in viewer.get("/why").text.split("<main")[1]
    editor = dashboard.as_role("editor")
    text = editor.get("/why").text.split("<main")[1]
    assert f'action="{dashboard.base}/switch"' in text
    answer = editor.post("/switch", {"enabled": "on", "back": "why"})
    assert answer.location.startswith(f"{dashboard.base}/why")
    assert stopping(editor.follow(answer).text) == ["no_events"]


def test_nobody_has_changed_what_was_made_a_moment_ago(dashboard: Dashboard, viewer: Client) -> None:
    assert "They were changed a moment ago" not in plain(viewer.get("/why").text)
    configure(dashboard, hide_mobile=True)
    assert "They were changed a moment ago" in plain(viewer.get("/why").text)
