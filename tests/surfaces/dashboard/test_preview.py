"""The preview in the dashboard: what is typed is drawn by load.js and its feed, for whoever may edit, and saved nowhere."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from tests.live import LiveApp
from tests.surfaces.dashboard.ground import Client, Dashboard
from tests.surfaces.dashboard.test_design import notes
from tests.wire import Answer

HTMX = {"HX-Request": "true"}


def tried(client: Client, path: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The links of a new preview."""
    answer = client.post(path, fields, HTMX)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["errors"] == {}
    return found


def load(app: LiveApp, token: str, more: str = "", client_id: str | None = None) -> Answer:
    return app.server.request("GET", f"/api/v1/{client_id or app.client_id}/load.js?preview={token}{more}")


def settings_in(script: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(script[script.rindex('({"clientHash"') + 1 : script.rindex(");")])
    return found


def feed(app: LiveApp, settings: dict[str, Any], ending: str = "json") -> Answer:
    path = settings["fomoUrl"].removeprefix(app.base_url)
    return app.server.request("GET", f"{path}/js-obj/{settings['clientHash']}/{settings['limit']}/1.{ending}")


def test_load_js_with_what_is_typed(dashboard: Dashboard) -> None:
    app = dashboard.application
    editor = dashboard.as_role("editor")
    app.post_event(title="Ink", first_name="Ada")
    typed = {"theme": "theme2", "light_background": "#ffffff", "radius": "4", "seen": "{}"}
    found = tried(editor, "/design/preview", typed)
    answer = load(app, found["token"])
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    settings = settings_in(answer.text)
    assert settings["theme"] == "theme2"
    assert "--fomo-background:#ffffff;--fomo-radius:4px" in settings["themeCss"]
    assert settings["fomoUrl"] == f"{app.base_url}/preview/{found['token']}"
    # Neither what a browser remembers of the real widget, nor its goals and hold-out.
    assert settings["clientHash"] == f"{app.client_id}.{found['token'][:8]}"
    assert settings["storage"] == "none"
    assert not {"goals", "holdout", "attribution"} & set(settings)
    assert app.auth_token not in answer.text
    # What visitors get is as it was.
    live = settings_in(app.server.request("GET", f"/api/v1/{app.client_id}/load.js").text)
    assert (live["theme"], live["themeCss"], live["clientHash"]) == ("theme1", "", app.client_id)
    assert notes(dashboard) == []


def test_without_a_demo_shop_there_is_no_way_to_one(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    assert tried(editor, "/design/preview", {"theme": "theme2"})["shop"] == ""
    assert "data-shop" not in editor.get("/design").text


def test_the_feed_of_a_preview(dashboard: Dashboard) -> None:
    app = dashboard.application
    editor = dashboard.as_role("editor")
    app.post_event(title="Ink", first_name="Ada")
    fields = {"event_type_id": app.event_type_id, "message": "{{ first_name }} wants {{ title }}"}
    found = tried(editor, "/templates/preview", fields)
    settings = settings_in(load(app, found["token"]).text)
    answer = feed(app, settings)
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert [item["message"] for item in answer.json()] == ["Ada wants Ink"]
    assert feed(app, settings, "js").text.startswith("fomo.setup([")
    # Typed on: the same link, another wording, at once.
    again = tried(editor, "/templates/preview", {**fields, "message": "{{ title }}!", "preview": found["token"]})
    assert again["token"] == found["token"]
    assert [item["message"] for item in feed(app, settings).json()] == ["Ink!"]
    assert [item["message"] for item in app.feed()] != ["Ink!"]


def test_nothing_of_a_preview_is_counted(dashboard: Dashboard) -> None:
    app = dashboard.application
    event = app.post_event(title="Ink")
    found = tried(dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    settings = settings_in(load(app, found["token"]).text)
    path = settings["fomoUrl"].removeprefix(app.base_url) + f"/api/v1/{settings['clientHash']}/track"
    beacon = {"v": 1, "n": "page-view-1", "events": [{"k": "display", "id": event["id"], "t": round(time.time())}]}
    for name in (settings["clientHash"], app.client_id):
        sent = path.replace(settings["clientHash"], name)
        answer = app.server.request("POST", sent, {"Content-Type": "text/plain"}, json.dumps(beacon))
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    stats = app.request("GET", "/get_statistics").json()["stats"]
    assert stats["display"] == 0


def test_a_token_opens_its_own_application_alone(dashboard: Dashboard, live: Any) -> None:
    app, other = dashboard.application, live.new_application()
    found = tried(dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    for answer in (
        load(app, found["token"], client_id=other.client_id),
        load(app, "x" * 43),
        load(app, ""),
        load(app, "%00"),
    ):
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        # One sentence for the console, and never the settings as saved.
        assert "this preview has ended" in answer.text
        assert "clientHash" not in answer.text
    settings = settings_in(load(app, found["token"]).text)
    theirs = {**settings, "clientHash": f"{other.client_id}.x"}
    assert feed(app, theirs).status == 404
    assert feed(app, {**settings, "fomoUrl": f"{app.base_url}/preview/nothing"}).status == 404
    assert load(app, found["token"], client_id="x" * 22).status == 404


def test_the_parts_of_the_widget_come_with_it(dashboard: Dashboard) -> None:
    app = dashboard.application
    found = tried(dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    answer = app.server.request("GET", f"/preview/{found['token']}/widget/any/page_rules.js")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert app.server.request("GET", f"/preview/{found['token']}/widget/any/nothing.js").status == 404
    for name, kind in (("frame.js", "text/javascript"), ("frame.css", "text/css")):
        answer = app.server.request("GET", f"/preview/{name}")
        # For a page without an origin, which is nobody's same origin.
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert app.server.request("GET", "/preview/").status == 404
    assert app.server.request("GET", "/preview/a/b/c").status == 404


def test_page_rules_hold_on_the_owners_pages_and_not_in_the_frame(dashboard: Dashboard) -> None:
    app = dashboard.application
    fields = {"rule_match": "include", "rule_path": "/shop/*"}
    found = tried(dashboard.as_role("editor"), "/display/preview", fields)
    assert settings_in(load(app, found["token"]).text)["pageRules"] == [{"match": "include", "path": "/shop/*"}]
    assert settings_in(load(app, found["token"], "&1795000000000").text)["pageRules"] != []
    assert settings_in(load(app, found["token"], "&frame").text)["pageRules"] == []


def test_the_frame_can_do_nothing_to_the_dashboard(dashboard: Dashboard) -> None:
    viewer = dashboard.as_role("viewer")
    found = tried(dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    page = viewer.get(found["frame"])
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert "allow-same-origin" not in policy
    assert "x-frame-options" not in page.headers
    assert page.headers["referrer-policy"] == "no-referrer"
    assert f'data-load="{dashboard.server.base_url}/api/v1/' in page.text
    assert "<script>" not in page.text
    assert "style=" not in page.text
    # Without an event there are examples, which say so.
    assert "Examples: there is no real event yet" in page.text


def test_who_may_see_a_frame(dashboard: Dashboard) -> None:
    found = tried(dashboard.as_role("editor"), "/design/preview", {"theme": "theme2"})
    assert dashboard.as_role(None).get(found["frame"]).status == 404
    assert dashboard.nobody().get(found["frame"]).status == 303
    gone = dashboard.as_role("viewer").get("/preview/nothing")
    assert (gone.status, "This preview has ended" in gone.text) == (404, True)
    assert "frame-ancestors 'self'" in gone.headers["content-security-policy"]
    # Other pages are framed by nobody.
    assert "frame-ancestors 'none'" in dashboard.as_role("viewer").get("/design").headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/design/preview", "/display/preview", "/advanced/preview", "/templates/preview"])
def test_a_preview_is_for_editors(dashboard: Dashboard, path: str) -> None:
    assert dashboard.as_role("viewer").post(path, {"message": "x"}).status == 403
    assert dashboard.as_role("editor").post(path, {"message": "x"}, csrf="other").status == 403


def test_without_scripts_the_page_comes_back_with_the_frame_in_it(dashboard: Dashboard) -> None:
    editor = dashboard.as_role("editor")
    page = editor.post("/design/preview", {"theme": "theme2", "light_background": "#123456"})
    assert page.status == 200
    frame = re.search(r'<iframe[^>]* src="([^"]+)" sandbox="allow-scripts"', page.text)
    assert frame
    assert editor.get(frame[1]).status == 200
    assert 'value="#123456"' in page.text
    assert re.search(r"import\(&#39;http://[^&]+load\.js\?preview=", page.text)
    assert notes(dashboard) == []


def test_multiplication_is_not_part_of_the_language(dashboard: Dashboard) -> None:
    """DB-028."""
    editor = dashboard.as_role("editor")
    page = editor.post("/templates/preview", {"message": "{{7919*7907}}"})
    assert page.status == 422
    assert "62615533" not in page.text
    assert "Arithmetic is not part of the message language" in page.text
