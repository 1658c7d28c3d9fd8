"""/openapi.json and /docs: whole, true to what the server answers, and loading nothing from anywhere else."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import Any

import jsonschema_rs
import pytest
from tests.commands import wait_until
from tests.conftest import Live
from tests.live import LiveApp

from tidings import assets
from tidings.domain.themes import read_themes
from tidings.render.filters import FILTERS
from tidings.surfaces import message_language
from tidings.surfaces.fomo.openapi import REFUSALS, document
from tidings.surfaces.fomo.operations import OPERATIONS
from tidings.surfaces.fomo.routes import TABLE
from tidings.surfaces.refusals import STATUS

ROUTES = {(method, path) for path, handlers in TABLE for method in handlers}
THEMES = read_themes(assets.themes()).names
DOCUMENT: dict[str, Any] = json.loads(json.dumps(document("http://shop.example", TABLE, THEMES)))
METHODS = ("get", "post", "put", "patch", "delete")


def validator(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def documented(name: str) -> Any:
    return validator({"$ref": f"#/components/schemas/{name}"})


def operations() -> list[dict[str, Any]]:
    return [item[method] for item in DOCUMENT["paths"].values() for method in METHODS if method in item]


def test_every_route_is_described_and_nothing_else() -> None:
    assert set(OPERATIONS) == ROUTES
    assert len(operations()) == len(ROUTES)
    names = [operation["operationId"] for operation in operations()]
    assert len(set(names)) == len(names)
    others = {operation.same_as for operation in OPERATIONS.values()} - {""}
    assert others <= set(names)


def test_every_refusal_has_its_description() -> None:
    assert (set(STATUS.values()) | {405}) - {410} == set(REFUSALS)
    for operation in operations():
        assert {"200", "400", "401", "403", "404", "429", "503"} <= set(operation["responses"])
        if "requestBody" in operation:
            assert {"413", "415"} <= set(operation["responses"])


def test_every_example_is_as_its_schema_says() -> None:
    seen = 0
    for operation in operations():
        bodies = [operation.get("requestBody"), operation["responses"]["200"]]
        for content in [body["content"]["application/json"] for body in bodies if body]:
            check = validator(content["schema"])
            examples = [one["value"] for one in content.get("examples", {}).values()]
            for example in [*examples, *([content["example"]] if "example" in content else [])]:
                check.validate(example)
                seen += 1
        for parameter in operation.get("parameters", []):
            if "example" in parameter:
                validator(parameter["schema"]).validate(parameter["example"])
    for schema in DOCUMENT["components"]["schemas"].values():
        for example in schema["examples"]:
            validator(schema).validate(example)
    for refusal in DOCUMENT["components"]["responses"].values():
        documented("Error").validate(refusal["content"]["application/json"]["example"])
    assert seen > len(ROUTES)


def same(name: str, answer: Any) -> None:
    """An answer is as its schema says, and has no member that the schema does not name."""
    documented(name).validate(answer)
    assert set(answer) == set(DOCUMENT["components"]["schemas"][name]["properties"])


def test_answers_are_what_the_document_says(live_app: LiveApp) -> None:
    event = live_app.post_event(custom_event_fields_attributes={"model": "Clio"})
    same("Event", event)
    page = live_app.request("GET", "/events?show_meta=true").json()
    same("EventPage", page)
    same("Meta", page["meta"])
    same("EventType", live_app.request("GET", f"/event_types/{live_app.event_type_id}").json())
    same("Application", live_app.request("GET", "").json())
    same("Application", live_app.request("PATCH", "", {"page_rules": [{"match": "include", "path": "/"}]}).json())
    same("Statistics", live_app.request("GET", "/get_statistics").json())
    same("Dashboard", live_app.request("GET", "/dashboard").json())
    same("Deleted", live_app.request("DELETE", f"/events/{event['id']}").json())
    same("Error", live_app.request("GET", "/events/0").json())


def test_the_document_as_it_is_served(live: Live) -> None:
    answer = live.server.get("/openapi.json")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == {**DOCUMENT, "servers": [{"url": live.base_url}]}
    assert live.server.get("/openapi.json", {"If-None-Match": answer.headers["etag"]}).status == 304


def test_each_path_refuses_the_other_application(live: Live) -> None:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                there = path.replace("{app}", str(live.b.id)).replace("{id}", str(live.event_b["id"]))
                body = None if method in ("get", "delete") else {}
                answer = live.server.request(method.upper(), there, live.a.headers, body)
                assert answer.status == 403, f"{method} {there}"
                assert live.server.request(method.upper(), there, None, body).status == 401


# -- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(live: Live) -> str:
    answer = live.server.get("/docs")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert live.server.get("/docs", {"If-None-Match": answer.headers["etag"]}).status == 304
    return answer.text


def test_the_page_loads_only_what_the_package_holds(live: Live, page: str) -> None:
    loaded = set(re.findall(r'<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"', page))
    assert loaded == {"docs/docs.css", "docs/docs.js", "docs/mark.svg"}
    for path in loaded:
        answer = live.server.get(f"/{path}")
        assert answer.status == 200
        assert not re.search(rb"(?:src|href|url|from|import)\s*[=(\"'\s]+https?:", answer.body)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
    assert live.server.get("/docs/reference.html.j2").status == 404
    assert live.server.get("/docs/..%2fdocs.css").status == 404


def test_the_page_tells_of_everything(page: str) -> None:
    text = html.unescape(page.replace("<wbr>", ""))
    for operation in OPERATIONS.values():
        assert operation.same_as or f'id="{operation.name}"' in page
        members = operation.body.members if operation.body else ()
        for name in [*(member.name for member in members), *(parameter.name for parameter in operation.query)]:
            assert f"<code>{name}</code>" in text
    for method, path in ROUTES:
        assert f"/applications/{{app}}{path}" in text, f"{method} {path}"
    targets = re.findall(r'href="#([^"]+)"', page)
    assert set(targets) <= set(re.findall(r'id="([^"]+)"', page))


def test_the_message_language_is_told_as_it_is(live_app: LiveApp, page: str) -> None:
    assert list(message_language.FILTERS) == list(FILTERS)
    event = live_app.post_event(title="Corvette", country="US", custom_event_fields_attributes={"model": "Stingray"})
    # A name that is none is a hole; each of these is filled, or is absent in this event.
    names = "".join(f"[{name} {{{{ {name} }}}}]" for name in message_language.NAMES)
    for message, said in {**message_language.MESSAGES, names: ""}.items():
        changed = live_app.request("PATCH", f"/event_types/{live_app.event_type_id}", {"message": message})
        assert changed.status == 200, changed.text
        shown = live_app.request("GET", f"/events/{event['id']}").json()["message"]
        assert shown.startswith(said)
        assert f"<figcaption>{said}</figcaption>" in page or message == names
    holes = re.findall(r"\[(\w+) ?\]", shown)
    assert set(holes) == {"province", "image_url"}


def test_the_commands_of_the_page_work(live_app: LiveApp, page: str) -> None:
    """In the order of the page, on an application of their own; ids are those that the answers name."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    commands = {
        name: html.unescape(command)
        for name, command in re.findall(r'<article class="entry" id="(\w+)".*?<pre[^>]*><code>(.*?)</code>', page, re.DOTALL)
    }
    order = ["createEvent", *(name for name in commands if not name.startswith(("createEvent", "delete")))]
    order += ["createEventType", "deleteEvent", "deleteWebhook"]
    environment = {"TIDINGS": f"{live_app.base_url}/api/v1", "TOKEN": live_app.auth_token, "PATH": "/usr/bin:/bin"}
    ids = {"event_types": live_app.event_type_id}
    makers = {"createEvent": "events", "createWebhook": "webhooks", "testWebhook": "deliveries"}
    for name in order:
        command = re.sub(r"/(\w+)/1\b", lambda path: f"/{path[1]}/{ids.get(path[1], 1)}", commands[name])
        # This application has no goal.
        command = command.replace("&goal=ABCDEFGH", "").replace("curl ", "curl -s ", 1)
        if name == "sendAgain":
            wait_until("the test went out", lambda: _settled(live_app, ids["webhooks"]))
        done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, timeout=20, check=True)
        answer = json.loads(done.stdout)
        assert "error" not in answer, f"{name}: {command}\n{done.stdout}"
        if name in makers:
            ids[makers[name]] = answer["id"]
    assert len(order) == len(commands) - 1  # an event type that has events stays


def _settled(application: LiveApp, webhook_id: int) -> bool:
    """Whether nothing is on its way to a webhook at the moment."""
    log = application.request("GET", f"/webhooks/{webhook_id}/deliveries").json()
    assert isinstance(log, list), log
    return all(delivery["state"] in ("delivered", "failed") for delivery in log)
